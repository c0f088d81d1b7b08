package dev.vedette.tsdb.index;

import dev.vedette.model.Labels;
import dev.vedette.tsdb.encode.ByteSource;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceReader;
import java.lang.ref.SoftReference;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which labels and values each series has, in groups of {@value ColumnsWriter#SERIES_PER_GROUP}
 * series that are unpacked when needed and kept while memory lasts. Thread-safe.
 */
final class Columns {
  private static final int MAX_PIECE_BYTES = 256 << 20;

  private final PieceReader reader;
  private final PieceList pieces;
  private final int seriesCount;
  // Of each shape its labels, ascending.
  private final int[][] shapes;
  // Of each label the number of its first value; one more for the end.
  private final int[] firstIds;
  private final AtomicReferenceArray<@Nullable SoftReference<Group>> cache;

  Columns(PieceReader reader, PieceList pieces, int seriesCount, int[][] shapes, int[] firstIds) {
    this.reader = reader;
    this.pieces = pieces;
    this.seriesCount = seriesCount;
    this.shapes = shapes;
    this.firstIds = firstIds;
    this.cache = new AtomicReferenceArray<>(pieces.size());
  }

  /** Labels of a run of series: those of series {@code i} are entries {@code from(i)} on. */
  static final class Group {
    private final int[][] shapeBySeries;
    private final int[] from;
    private final int[] ids;
    // Made when first asked for; threads that race make equal ones.
    private final @Nullable Labels[] labelSets;

    private Group(int[][] shapeBySeries, int[] from, int[] ids) {
      this.shapeBySeries = shapeBySeries;
      this.from = from;
      this.ids = ids;
      this.labelSets = new Labels[shapeBySeries.length];
    }

    /** The label set of a series of this group. */
    Labels labelSet(int series, List<String> names, Strings strings) {
      Labels known = labelSets[series];
      if (known != null) {
        return known;
      }
      int[] labels = shapeBySeries[series];
      String[] pairs = new String[labels.length * 2];
      for (int i = 0; i < labels.length; i++) {
        pairs[2 * i] = names.get(labels[i]);
        pairs[2 * i + 1] = strings.get(valueId(series, i));
      }
      Labels made = Labels.ofSorted(pairs);
      labelSets[series] = made;
      return made;
    }

    int seriesCount() {
      return shapeBySeries.length;
    }

    /** Labels of a series of this group, ascending. */
    int[] labels(int series) {
      return shapeBySeries[series];
    }

    /** The value, numbered over all labels, of a series' label at an index of its labels. */
    int valueId(int series, int index) {
      return ids[from[series] + index];
    }

    /** The value of a label, or -1 where the series does not have it. */
    int valueOf(int series, int label) {
      int[] labels = shapeBySeries[series];
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] == label) {
          return ids[from[series] + i];
        }
      }
      return -1;
    }
  }

  PieceList pieces() {
    return pieces;
  }

  int groupOf(int series) {
    return series / ColumnsWriter.SERIES_PER_GROUP;
  }

  int indexInGroup(int series) {
    return series % ColumnsWriter.SERIES_PER_GROUP;
  }

  Group group(int index) {
    Group group = known(index);
    if (group == null) {
      group = unpack(index);
      cache.set(index, new SoftReference<>(group));
    }
    return group;
  }

  /** The same without keeping it. */
  Group groupForOnce(int index) {
    Group group = known(index);
    return group == null ? unpack(index) : group;
  }

  private @Nullable Group known(int index) {
    SoftReference<Group> cached = cache.get(index);
    return cached == null ? null : cached.get();
  }

  private Group unpack(int index) {
    ByteSource in = Packed.read(reader.read(pieces.get(index)), MAX_PIECE_BYTES);
    int first = index * ColumnsWriter.SERIES_PER_GROUP;
    int count = Math.min(ColumnsWriter.SERIES_PER_GROUP, seriesCount - first);
    int[][] shapeBySeries = new int[count][];
    int[] from = new int[count];
    int entries = 0;
    int shape = 0;
    for (int i = 0; i < count; i++) {
      shape = within(in, shape + in.signed(), shapes.length);
      shapeBySeries[i] = shapes[shape];
      from[i] = entries;
      entries += shapes[shape].length;
    }
    int[] ids = new int[entries];
    int[] filled = from.clone();
    for (int label = 0; label < firstIds.length - 1; label++) {
      int values = firstIds[label + 1] - firstIds[label];
      int rank = 0;
      for (int i = 0; i < count; i++) {
        int at = filled[i] - from[i];
        if (at < shapeBySeries[i].length && shapeBySeries[i][at] == label) {
          rank = within(in, rank + in.signed(), values);
          ids[filled[i]++] = firstIds[label] + rank;
        }
      }
    }
    in.expectEnd();
    return new Group(shapeBySeries, from, ids);
  }

  private static int within(ByteSource in, long value, int bound) {
    if (value < 0 || value >= bound) {
      throw in.damaged("a number below %d".formatted(bound), "%d".formatted(value));
    }
    return (int) value;
  }
}
