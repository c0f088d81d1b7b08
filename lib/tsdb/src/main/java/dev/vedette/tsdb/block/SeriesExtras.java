package dev.vedette.tsdb.block;

import dev.vedette.model.CounterReset;
import dev.vedette.model.HistogramLayout;
import dev.vedette.tsdb.encode.ByteSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a block has of one series beside timestamps and values: which samples are histograms, how
 * their columns lie, and whether there is a column of start timestamps. Immutable once read.
 *
 * <p>Bytes: {@code docs/format/histograms.md}.
 */
final class SeriesExtras {
  static final int STARTS = 1;
  static final int RAW_STARTS = 2;
  static final int HISTOGRAMS = 4;

  static final int NEW_GROUP = 1;
  static final int RAW = 2;
  static final int RESET_SHIFT = 2;
  static final int LAYOUT_SHIFT = 4;

  /** A layout with the kind of its counts, as the dictionary has it. */
  record Layout(boolean isFloat, HistogramLayout layout) {
    boolean isLike(Layout other) {
      return isFloat == other.isFloat && layout.isLike(other.layout);
    }
  }

  /**
   * Histograms whose columns are the same.
   *
   * @param firstColumn of the block
   * @param size samples
   * @param isRaw whether counts are integers that are no exact doubles, stored by their bits
   */
  record Group(int firstColumn, ColumnUnion union, int size, boolean isFloat, boolean isRaw) {}

  /**
   * Neighbouring histograms of one layout with one hint.
   *
   * @param from of the series' histograms, inclusive
   * @param to exclusive
   * @param group what its columns belong to; null for staleness markers, which have none
   * @param inGroup place of the first in its group
   * @param columns column of the group of each column of the layout
   */
  @SuppressWarnings("ArrayRecordComponent") // Read-only, and never compared.
  record Run(
      int from,
      int to,
      @Nullable Group group,
      int inGroup,
      HistogramLayout layout,
      CounterReset reset,
      int[] columns) {}

  private final int series;
  private final int flags;
  private final int firstColumn;
  private final int columns;
  // Where samples change between floats and histograms: floats first, each the end of its stretch.
  private final int[] stretches;
  private final List<Run> runs;

  private SeriesExtras(
      int series, int flags, int firstColumn, int columns, int[] stretches, List<Run> runs) {
    this.series = series;
    this.flags = flags;
    this.firstColumn = firstColumn;
    this.columns = columns;
    this.stretches = stretches;
    this.runs = runs;
  }

  int series() {
    return series;
  }

  boolean hasStarts() {
    return (flags & STARTS) != 0;
  }

  boolean hasRawStarts() {
    return (flags & RAW_STARTS) != 0;
  }

  boolean hasHistograms() {
    return (flags & HISTOGRAMS) != 0;
  }

  int firstColumn() {
    return firstColumn;
  }

  /** Columns of the series, in the block one behind the other. */
  int columns() {
    return columns;
  }

  int[] stretches() {
    return stretches;
  }

  List<Run> runs() {
    return runs;
  }

  /** Number of histograms among the first so many samples. */
  int histogramsBefore(int sample) {
    int histograms = 0;
    int from = 0;
    for (int i = 0; i < stretches.length && from < sample; i++) {
      if ((i & 1) == 1) {
        histograms += Math.min(sample, stretches[i]) - from;
      }
      from = stretches[i];
    }
    return histograms;
  }

  /** Reads one, the counterpart of {@link ExtrasWriter}. */
  static SeriesExtras read(
      ByteSource in, List<Layout> layouts, int series, int firstColumn, int maxColumns) {
    int flags = in.u8();
    boolean known = flags > 0 && flags <= (STARTS | RAW_STARTS | HISTOGRAMS);
    if (!known || (flags & (STARTS | RAW_STARTS)) == RAW_STARTS) {
      throw in.damaged("flags of a series", "%d".formatted(flags));
    }
    int next = firstColumn + (flags & STARTS);
    if (next > maxColumns) {
      throw in.damaged("%d columns".formatted(maxColumns), "more");
    }
    int[] stretches = {};
    List<Run> runs = List.of();
    if ((flags & HISTOGRAMS) != 0) {
      stretches = readStretches(in);
      RunsReader reader = new RunsReader(in, layouts, next, maxColumns);
      runs = reader.read();
      next = reader.nextColumn;
      int histograms = 0;
      for (int i = 1; i < stretches.length; i += 2) {
        histograms += stretches[i] - stretches[i - 1];
      }
      if (runs.getLast().to != histograms) {
        throw in.damaged(
            "runs of %d histograms".formatted(histograms), "%d".formatted(runs.getLast().to));
      }
    }
    return new SeriesExtras(series, flags, firstColumn, next - firstColumn, stretches, runs);
  }

  private static int[] readStretches(ByteSource in) {
    int[] stretches = new int[in.count("a number of stretches", in.remaining())];
    if (stretches.length < 2) {
      throw in.damaged("stretches of floats and histograms", "%d".formatted(stretches.length));
    }
    int end = 0;
    for (int i = 0; i < stretches.length; i++) {
      int length = in.count("a stretch", Integer.MAX_VALUE - end);
      if (length == 0 && i > 0) {
        throw in.damaged("a stretch of at least 1", "0");
      }
      end += length;
      stretches[i] = end;
    }
    return stretches;
  }

  /** Reads runs in two steps: a group's columns are known once all of its layouts are. */
  private static final class RunsReader {
    private final ByteSource in;
    private final List<Layout> layouts;
    private final int maxColumns;
    private int nextColumn;

    private record Head(int layout, CounterReset reset, boolean opens, boolean isRaw, int count) {}

    RunsReader(ByteSource in, List<Layout> layouts, int firstColumn, int maxColumns) {
      this.in = in;
      this.layouts = layouts;
      this.nextColumn = firstColumn;
      this.maxColumns = maxColumns;
    }

    List<Run> read() {
      int count = in.count("a number of runs", in.remaining() / 2);
      if (count == 0) {
        throw in.damaged("a run of histograms", "none");
      }
      List<Head> heads = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        heads.add(head());
      }
      List<Run> runs = new ArrayList<>(count);
      Group group = null;
      int from = 0;
      int inGroup = 0;
      for (int i = 0; i < count; i++) {
        Head head = heads.get(i);
        if (head.count > Integer.MAX_VALUE - from) {
          throw in.damaged("less than 2^31 histograms", "more");
        }
        int to = from + head.count;
        if (head.layout == 0) {
          runs.add(new Run(from, to, null, 0, HistogramLayout.EMPTY, head.reset, new int[0]));
        } else {
          if (head.opens) {
            group = group(heads, i);
            inGroup = 0;
          }
          if (group == null) {
            throw in.damaged("a run that begins a group", "another");
          }
          HistogramLayout layout = layouts.get(head.layout - 1).layout;
          int[] columns = group.union.columnsOf(layout);
          runs.add(new Run(from, to, group, inGroup, layout, head.reset, columns));
          inGroup += head.count;
        }
        from = to;
      }
      return List.copyOf(runs);
    }

    private Head head() {
      long bits = in.varint();
      long layout = bits >>> LAYOUT_SHIFT;
      if (layout > layouts.size()) {
        throw in.damaged("one of %d layouts".formatted(layouts.size()), "%d".formatted(layout));
      }
      int count = in.count("a run", Integer.MAX_VALUE);
      if (count == 0) {
        throw in.damaged("a run of at least 1", "0");
      }
      CounterReset reset = CounterReset.of((int) (bits >> RESET_SHIFT) & 3);
      return new Head((int) layout, reset, (bits & NEW_GROUP) != 0, (bits & RAW) != 0, count);
    }

    private Group group(List<Head> heads, int first) {
      Layout kind = layouts.get(heads.get(first).layout - 1);
      ColumnUnion union = new ColumnUnion();
      long size = 0;
      for (int i = first; i < heads.size(); i++) {
        Head head = heads.get(i);
        if (head.layout == 0) {
          continue;
        }
        if (head.opens && i > first) {
          break;
        }
        Layout layout = layouts.get(head.layout - 1);
        if (!layout.isLike(kind)) {
          throw in.damaged("layouts of one kind in a group", "two kinds");
        }
        union.add(layout.layout);
        size += head.count;
      }
      int columns = union.columns();
      if (columns > maxColumns - nextColumn || size > Integer.MAX_VALUE) {
        throw in.damaged("%d columns".formatted(maxColumns), "more");
      }
      Group group = new Group(nextColumn, union, (int) size, kind.isFloat, heads.get(first).isRaw);
      nextColumn += columns;
      return group;
    }
  }
}
