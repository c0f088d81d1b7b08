package dev.vedette.tsdb.index;

import dev.vedette.model.Corruption;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Utf8;
import dev.vedette.tsdb.encode.ByteSource;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceReader;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/**
 * The index of one block: which series there are, numbered from 0 in {@code SeriesOrder}, and which
 * of them match.
 *
 * <p>Opening reads the directory only (label names, shapes, where the pieces are); label values,
 * columns and posting lists are read when first needed. Any number of threads, as long as the
 * mapping of the file lives. Damage throws {@link Corruption} from the call that meets it.
 */
public final class BlockIndex {
  private static final int MAX_DIRECTORY_BYTES = 256 << 20;
  private static final int MAX_SERIES = 1 << 30;

  private final int seriesCount;
  private final List<String> labelNames;
  private final int[] firstIds;
  private final Strings strings;
  private final Columns columns;
  private final Piece directory;
  private final StoredPostings storedPostings;
  private volatile SoftReference<@Nullable Postings> derivedPostings = new SoftReference<>(null);

  private BlockIndex(PieceReader reader, Piece directory) {
    this.directory = directory;
    ByteSource in = Packed.read(reader.read(directory), MAX_DIRECTORY_BYTES);
    seriesCount = in.count("a number of series", MAX_SERIES);
    int labelCount = in.count("a number of labels", in.remaining());
    String[] names = new String[labelCount];
    firstIds = new int[labelCount + 1];
    for (int i = 0; i < labelCount; i++) {
      names[i] = in.utf8();
      firstIds[i + 1] =
          firstIds[i] + in.count("a number of label values", Integer.MAX_VALUE - firstIds[i]);
    }
    labelNames = List.of(names);
    int[][] shapes = readShapes(in, labelCount);
    strings = Strings.open(reader, in, firstIds[labelCount]);
    columns = new Columns(reader, PieceList.read(in), seriesCount, shapes, firstIds);
    int groups = Math.ceilDiv(seriesCount, ColumnsWriter.SERIES_PER_GROUP);
    expectPieces(in, groups, columns.pieces().size());
    storedPostings = new StoredPostings(reader, in, seriesCount);
    in.expectEnd();
    if (storedPostings.count() != 0) {
      expectPieces(in, valueCount(), storedPostings.count());
    }
  }

  /** Opens the index whose {@link IndexWriter#write} returned this piece. */
  public static BlockIndex open(PieceReader reader, Piece directory) {
    return new BlockIndex(reader, directory);
  }

  private static int[][] readShapes(ByteSource in, int labelCount) {
    int[][] shapes = new int[in.count("a number of shapes", in.remaining())][];
    for (int i = 0; i < shapes.length; i++) {
      shapes[i] = new int[in.count("labels of a shape", Math.min(labelCount, in.remaining()))];
      int next = 0;
      for (int j = 0; j < shapes[i].length; j++) {
        next += in.count("a label", labelCount - 1L - next);
        shapes[i][j] = next++;
      }
    }
    return shapes;
  }

  private static void expectPieces(ByteSource in, int expected, int found) {
    if (found != expected) {
      throw in.damaged("%d of them".formatted(expected), "%d".formatted(found));
    }
  }

  public int seriesCount() {
    return seriesCount;
  }

  private int valueCount() {
    return firstIds[labelNames.size()];
  }

  /** Names of all labels, sorted. */
  public List<String> labelNames() {
    return labelNames;
  }

  /** All values of a label, sorted; empty where no series has it. */
  public List<String> labelValues(String name) {
    int label = label(name);
    if (label < 0) {
      return List.of();
    }
    List<String> values = new ArrayList<>(firstIds[label + 1] - firstIds[label]);
    for (int id = firstIds[label]; id < firstIds[label + 1]; id++) {
      values.add(strings.get(id));
    }
    return values;
  }

  /** Number of distinct values of a label. */
  public int valueCount(String name) {
    int label = label(name);
    return label < 0 ? 0 : firstIds[label + 1] - firstIds[label];
  }

  /** Receives a label value and the number of series that have it. */
  @FunctionalInterface
  public interface ValueCounts {
    void accept(String value, int series);
  }

  /** Walks the values of a label in order, each with its number of series. */
  public void countSeries(String name, ValueCounts each) {
    int label = label(name);
    if (label < 0) {
      return;
    }
    Postings postings = postings();
    for (int id = firstIds[label]; id < firstIds[label + 1]; id++) {
      each.accept(strings.get(id), postings.cardinality(id));
    }
  }

  /** Series that pass all matchers; without any, all series. */
  public ImmutableRoaringBitmap match(List<LabelMatcher> matchers) {
    return new Matching(this).match(matchers);
  }

  /**
   * An upper bound of the number of series that pass all matchers: that of the matcher which leaves
   * fewest. Counts posting lists and unites none; a matcher with more values to try than series may
   * be left is not asked.
   */
  public long atMost(List<LabelMatcher> matchers) {
    return new Matching(this).atMost(matchers);
  }

  /** The label set of a series. */
  public Labels labels(int series) {
    return columns
        .group(columns.groupOf(series))
        .labelSet(columns.indexInGroup(series), labelNames, strings);
  }

  /**
   * Label sets, for one thread that asks for series in ascending order.
   *
   * @param isKept whether they stay in memory as long as that lasts, for reads to come
   */
  public LabelReader labelReader(boolean isKept) {
    return new LabelReader(columns, labelNames, strings, isKept);
  }

  /** Names of labels that some of the series have, sorted. */
  public List<String> labelNames(ImmutableRoaringBitmap series) {
    BitSet seen = new BitSet(labelNames.size());
    PeekableIntIterator ids = series.getIntIterator();
    while (ids.hasNext()) {
      int id = ids.next();
      for (int label : columns.group(columns.groupOf(id)).labels(columns.indexInGroup(id))) {
        seen.set(label);
      }
    }
    return seen.stream().mapToObj(labelNames::get).toList();
  }

  /** Values of a label that some of the series have, sorted. */
  public List<String> labelValues(String name, ImmutableRoaringBitmap series) {
    int label = label(name);
    if (label < 0) {
      return List.of();
    }
    int first = firstIds[label];
    BitSet seen = new BitSet(firstIds[label + 1] - first);
    PeekableIntIterator ids = series.getIntIterator();
    while (ids.hasNext()) {
      int value = valueOf(ids.next(), label);
      if (value >= 0) {
        seen.set(value - first);
      }
    }
    return seen.stream().mapToObj(rank -> strings.get(first + rank)).toList();
  }

  /** Number of a label name, or below 0 where no series has it. */
  int label(String name) {
    return Collections.binarySearch(labelNames, name, Utf8::compare);
  }

  int firstId(int label) {
    return firstIds[label];
  }

  int endId(int label) {
    return firstIds[label + 1];
  }

  Strings strings() {
    return strings;
  }

  /** Number of a series' value of a label, or -1. */
  int valueOf(int series, int label) {
    return columns.group(columns.groupOf(series)).valueOf(columns.indexInGroup(series), label);
  }

  Postings postings() {
    if (storedPostings.count() > 0) {
      return storedPostings;
    }
    Postings postings = derivedPostings.get();
    if (postings == null) {
      postings = new DerivedPostings(columns, seriesCount, valueCount());
      derivedPostings = new SoftReference<>(postings);
    }
    return postings;
  }

  MutableRoaringBitmap allSeries() {
    MutableRoaringBitmap all = new MutableRoaringBitmap();
    all.add(0L, seriesCount);
    return all;
  }

  /** Bytes of the file by what they hold. */
  public record Sizes(long directory, long strings, long columns, long postings) {
    public long total() {
      return directory + strings + columns + postings;
    }
  }

  public Sizes sizes() {
    return new Sizes(
        directory.storedBytes(),
        strings.pieces().storedBytes(),
        columns.pieces().storedBytes(),
        storedPostings.storedBytes());
  }

  /** Reads everything, and tells of each piece that is damaged. */
  public void verify(Consumer<Corruption> damage) {
    verify(strings.pieces().size(), strings::piece, damage);
    verify(columns.pieces().size(), columns::group, damage);
    verify(storedPostings.pieceCount(), storedPostings::verify, damage);
  }

  private static void verify(int pieces, IntConsumer read, Consumer<Corruption> damage) {
    for (int i = 0; i < pieces; i++) {
      try {
        read.accept(i);
      } catch (Corruption corruption) {
        damage.accept(corruption);
      }
    }
  }
}
