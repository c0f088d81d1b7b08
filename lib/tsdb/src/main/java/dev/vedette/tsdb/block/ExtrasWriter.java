package dev.vedette.tsdb.block;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.tsdb.block.SeriesExtras.Layout;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what few series of a block have: histograms and start timestamps, as columns that are
 * coded like the values of series. Costs nothing where there are none. Not thread-safe.
 *
 * <p>Bytes: {@code docs/format/histograms.md}.
 */
final class ExtrasWriter {
  private static final int SERIES_PER_PIECE = 256;
  private static final int MAX_PIECE_BYTES = 64 << 10;
  private static final long EXACT = 1L << 53;

  private final PieceSink out;
  private final SamplesWriter columns;
  private int columnCount;
  private long histogramCount;
  // The piece being filled.
  private final Map<Layout, Integer> dictionary = new LinkedHashMap<>();
  private final ByteSink entries = new ByteSink();
  private int inPiece;
  private int lastSeries;
  private final PieceList pieces = new PieceList();
  private final ByteSink firsts = new ByteSink();
  private int lastFirstSeries;
  private int lastFirstColumn;
  private int total;
  // Ticks 0, 1, 2…: a column's samples are numbered, not timed.
  private long[] ticks = {};
  private long[] scratch = {};

  // A group of columns is held whole, eight bytes a cell.
  private static final int MAX_CELLS = 8 << 20;

  /** Neighbouring histograms of one layout with one hint. A marker needs no columns. */
  private record Run(Layout layout, CounterReset reset, boolean isMarker, int from, int to) {
    int size() {
      return to - from;
    }
  }

  ExtrasWriter(PieceSink out) {
    this.out = out;
    this.columns = new SamplesWriter(out);
  }

  /** Adds what a series has, if it has something; series come in ascending order. */
  void add(
      int series, int size, @Nullable Histogram @Nullable [] histograms, long @Nullable [] starts)
      throws IOException {
    List<Histogram> present = histograms == null ? List.of() : present(histograms, size);
    boolean hasStarts = starts != null && hasAny(starts, size);
    if (present.isEmpty() && !hasStarts) {
      return;
    }
    beginEntry(series);
    boolean rawStarts = hasStarts && starts != null && !isExact(starts, size);
    entries.u8(
        (hasStarts ? SeriesExtras.STARTS : 0)
            | (rawStarts ? SeriesExtras.RAW_STARTS : 0)
            | (present.isEmpty() ? 0 : SeriesExtras.HISTOGRAMS));
    if (hasStarts && starts != null) {
      addColumn(starts, size, rawStarts);
    }
    if (histograms != null && !present.isEmpty()) {
      writeStretches(histograms, size);
      writeRuns(present);
    }
    histogramCount += present.size();
    inPiece++;
    total++;
    if (inPiece == SERIES_PER_PIECE || entries.size() > MAX_PIECE_BYTES) {
      writePiece();
    }
  }

  private static List<Histogram> present(@Nullable Histogram[] histograms, int size) {
    List<Histogram> present = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Histogram one = histograms[i];
      if (one != null) {
        present.add(one);
      }
    }
    return present;
  }

  private static boolean hasAny(long[] values, int size) {
    for (int i = 0; i < size; i++) {
      if (values[i] != 0) {
        return true;
      }
    }
    return false;
  }

  private void beginEntry(int series) {
    if (inPiece == 0) {
      firsts.varint(series - lastFirstSeries).varint(columnCount - lastFirstColumn);
      lastFirstSeries = series;
      lastFirstColumn = columnCount;
      lastSeries = series;
    }
    entries.varint(series - lastSeries);
    lastSeries = series;
  }

  private void writeStretches(@Nullable Histogram[] histograms, int size) {
    ByteSink stretches = new ByteSink();
    int count = 0;
    int from = 0;
    boolean isHistogram = false;
    for (int i = 0; i <= size; i++) {
      if (i == size || (histograms[i] != null) != isHistogram) {
        stretches.varint(i - from);
        count++;
        from = i;
        isHistogram = !isHistogram;
      }
    }
    entries.varint(count).raw(stretches.array(), 0, stretches.size());
  }

  private void writeRuns(List<Histogram> histograms) throws IOException {
    List<Run> runs = runs(histograms);
    entries.varint(runs.size());
    int next = 0;
    while (next < runs.size()) {
      next = writeGroup(runs, next, histograms);
    }
  }

  private static List<Run> runs(List<Histogram> histograms) {
    List<Run> runs = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= histograms.size(); i++) {
      Histogram first = histograms.get(from);
      if (i == histograms.size() || !isSameRun(first, histograms.get(i))) {
        Layout layout = new Layout(first.isFloat(), first.layout());
        runs.add(new Run(layout, first.reset(), isMarker(first), from, i));
        from = i;
      }
    }
    return runs;
  }

  private static boolean isSameRun(Histogram a, Histogram b) {
    return a.reset() == b.reset() && isMarker(a) == isMarker(b) && a.hasColumnsOf(b);
  }

  private static boolean isMarker(Histogram histogram) {
    return histogram.hasContentOf(Histogram.STALE);
  }

  /** Writes the runs of one group, and markers between them; returns the run behind them. */
  private int writeGroup(List<Run> runs, int first, List<Histogram> histograms) throws IOException {
    ColumnUnion union = new ColumnUnion();
    Layout kind = null;
    int end = first;
    int size = 0;
    for (; end < runs.size(); end++) {
      Run run = runs.get(end);
      if (run.isMarker) {
        continue;
      }
      Layout layout = run.layout;
      long columnsThen = (long) union.columns() + layout.layout().buckets();
      if (kind == null) {
        kind = layout;
      } else if (!layout.isLike(kind) || columnsThen * (size + run.size()) > MAX_CELLS) {
        break;
      }
      union.add(layout.layout());
      size += run.size();
    }
    long[][] table = new long[union.columns()][size];
    boolean isRaw = kind != null && fill(table, runs.subList(first, end), histograms, union);
    boolean opens = true;
    for (Run run : runs.subList(first, end)) {
      int flags = run.reset.ordinal() << SeriesExtras.RESET_SHIFT;
      long layout = 0;
      if (!run.isMarker) {
        flags |= (opens ? SeriesExtras.NEW_GROUP : 0) | (isRaw ? SeriesExtras.RAW : 0);
        layout = dictionary.computeIfAbsent(run.layout, _ -> dictionary.size() + 1);
        opens = false;
      }
      entries.varint(layout << SeriesExtras.LAYOUT_SHIFT | flags).varint(run.size());
    }
    if (kind != null) {
      for (int i = 0; i < table.length; i++) {
        addColumn(table[i], size, kind.isFloat() || isRaw || i == ColumnUnion.SUM);
      }
    }
    return end;
  }

  /** Returns whether some integer is no exact double. */
  private static boolean fill(
      long[][] table, List<Run> runs, List<Histogram> histograms, ColumnUnion union) {
    boolean isRaw = false;
    boolean anyFloat = false;
    int at = 0;
    for (Run run : runs) {
      if (run.isMarker) {
        continue;
      }
      int[] columns = union.columnsOf(run.layout.layout());
      for (int i = run.from; i < run.to; i++, at++) {
        Histogram histogram = histograms.get(i);
        table[ColumnUnion.SUM][at] = histogram.sumBits();
        long rest = histogram.column(HistogramLayout.COUNT);
        for (int c = HistogramLayout.ZERO_COUNT; c < columns.length; c++) {
          long value = histogram.column(c);
          table[columns[c]][at] = value;
          isRaw |= !isExact(value);
          rest -= value;
        }
        // Observations are in buckets, and few are not: the count is the rest of them.
        boolean isFloat = run.layout.isFloat();
        table[HistogramLayout.COUNT][at] = isFloat ? histogram.column(HistogramLayout.COUNT) : rest;
        isRaw |= !isExact(rest);
        anyFloat |= isFloat;
      }
    }
    return isRaw && !anyFloat;
  }

  private static boolean isExact(long[] values, int size) {
    for (int i = 0; i < size; i++) {
      if (!isExact(values[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isExact(long value) {
    return value < EXACT && value > -EXACT;
  }

  /** Writes a column of integers as their doubles, or of bits as they are. */
  private void addColumn(long[] values, int size, boolean areBits) throws IOException {
    ensure(size);
    for (int i = 0; i < size; i++) {
      scratch[i] = areBits ? values[i] : Double.doubleToRawLongBits((double) values[i]);
    }
    columns.add(ticks, scratch, size);
    columnCount++;
  }

  private void ensure(int size) {
    if (ticks.length < size) {
      scratch = new long[size * 2];
      ticks = new long[size * 2];
      for (int i = 0; i < ticks.length; i++) {
        ticks[i] = i;
      }
    }
  }

  private void writePiece() throws IOException {
    ByteSink raw = new ByteSink();
    raw.varint(dictionary.size());
    dictionary.keySet().forEach(layout -> write(layout, raw));
    raw.varint(inPiece).raw(entries.array(), 0, entries.size());
    ByteSink packed = new ByteSink();
    Packed.write(packed, raw);
    pieces.add(out.write(packed));
    dictionary.clear();
    entries.clear();
    inPiece = 0;
  }

  private static void write(Layout entry, ByteSink out) {
    HistogramLayout layout = entry.layout();
    out.u8(entry.isFloat() ? 1 : 0).signed(layout.schema());
    out.fixed64(Double.doubleToRawLongBits(layout.zeroThreshold()));
    out.varint(layout.customBounds());
    for (int i = 0; i < layout.customBounds(); i++) {
      out.fixed64(Double.doubleToRawLongBits(layout.customBound(i)));
    }
    write(layout.positive(), out);
    write(layout.negative(), out);
  }

  private static void write(BucketSpans spans, ByteSink out) {
    out.varint(spans.count());
    for (int i = 0; i < spans.count(); i++) {
      out.signed(spans.offset(i)).varint(spans.length(i));
    }
  }

  /** Writes the rest; returns the piece that says where everything is, null where there is none. */
  @Nullable Piece finish() throws IOException {
    if (total == 0) {
      return null;
    }
    if (inPiece > 0) {
      writePiece();
    }
    Piece samples = columns.finish();
    ByteSink directory = new ByteSink();
    directory.varint(histogramCount).varint(columnCount).varint(total);
    Piece.write(directory, samples);
    pieces.write(directory);
    directory.raw(firsts.array(), 0, firsts.size());
    ByteSink packed = new ByteSink();
    Packed.write(packed, directory);
    return out.write(packed);
  }
}
