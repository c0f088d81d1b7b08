package dev.vedette.tsdb.block;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.Corruption;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.InvalidRequest;
import dev.vedette.tsdb.block.SeriesExtras.Layout;
import dev.vedette.tsdb.encode.ByteSource;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceReader;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds histograms and start timestamps of a block's series. Thread-safe. */
final class ExtrasReader {
  private static final int MAX_DIRECTORY_BYTES = 256 << 20;
  private static final int MAX_PIECE_BYTES = 64 << 20;

  private final PieceReader reader;
  private final Piece directory;
  private final long histograms;
  private final int columns;
  private final int series;
  private final SamplesReader samples;
  private final PieceList pieces;
  private final int[] firstSeries;
  private final int[] firstColumn;
  private final AtomicReferenceArray<@Nullable SoftReference<SeriesExtras[]>> cache;

  ExtrasReader(PieceReader reader, Piece directory) {
    this.reader = reader;
    this.directory = directory;
    ByteSource in = Packed.read(reader.read(directory), MAX_DIRECTORY_BYTES);
    histograms = in.varint();
    columns = in.count("a number of columns", Integer.MAX_VALUE);
    series = in.count("a number of series", Integer.MAX_VALUE);
    samples = new SamplesReader(reader, Piece.read(in), columns);
    pieces = PieceList.read(in);
    firstSeries = new int[pieces.size()];
    firstColumn = new int[pieces.size()];
    int lastSeries = 0;
    int lastColumn = 0;
    for (int i = 0; i < pieces.size(); i++) {
      lastSeries += in.count("a series", Integer.MAX_VALUE - lastSeries);
      lastColumn += in.count("a column", columns - lastColumn);
      firstSeries[i] = lastSeries;
      firstColumn[i] = lastColumn;
    }
    in.expectEnd();
    cache = new AtomicReferenceArray<>(pieces.size());
  }

  /** Histogram samples of the block. */
  long histograms() {
    return histograms;
  }

  SamplesReader samples() {
    return samples;
  }

  /** Bytes of the file that all of this takes. */
  long storedBytes() {
    SamplesReader.Sizes sizes = samples.sizes();
    return sizes.values()
        + sizes.headers()
        + sizes.tables()
        + sizes.timestamps()
        + sizes.directory()
        + pieces.storedBytes()
        + directory.storedBytes();
  }

  /** What a series has; null where it has neither. Throws {@link Corruption}. */
  @Nullable SeriesExtras find(int number) {
    int piece = Arrays.binarySearch(firstSeries, number);
    piece = piece >= 0 ? piece : -piece - 2;
    if (piece < 0) {
      return null;
    }
    SeriesExtras[] entries = entries(piece);
    int low = 0;
    int high = entries.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = entries[middle].series();
      if (found == number) {
        return entries[middle];
      }
      if (found < number) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  private SeriesExtras[] entries(int piece) {
    SoftReference<SeriesExtras[]> cached = cache.get(piece);
    SeriesExtras[] found = cached == null ? null : cached.get();
    if (found == null) {
      found = read(piece);
      cache.set(piece, new SoftReference<>(found));
    }
    return found;
  }

  private SeriesExtras[] read(int piece) {
    ByteSource in = Packed.read(reader.read(pieces.get(piece)), MAX_PIECE_BYTES);
    List<Layout> layouts = new ArrayList<>();
    for (int i = in.count("a number of layouts", in.remaining()); i > 0; i--) {
      layouts.add(layout(in));
    }
    SeriesExtras[] entries = new SeriesExtras[in.count("a number of series", in.remaining())];
    int number = firstSeries[piece];
    int column = firstColumn[piece];
    for (int i = 0; i < entries.length; i++) {
      int step = in.count("a series", Integer.MAX_VALUE - number);
      if (step == 0 && i > 0) {
        throw in.damaged("a series once", "series %d twice".formatted(number));
      }
      number += step;
      entries[i] = SeriesExtras.read(in, layouts, number, column, columns);
      column += entries[i].columns();
    }
    in.expectEnd();
    return entries;
  }

  private static Layout layout(ByteSource in) {
    boolean isFloat = in.u8() != 0;
    long schema = in.signed();
    double threshold = Double.longBitsToDouble(in.fixed64());
    double[] bounds = new double[in.count("a number of bounds", in.remaining() / Double.BYTES)];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = Double.longBitsToDouble(in.fixed64());
    }
    try {
      BucketSpans positive = spans(in);
      BucketSpans negative = spans(in);
      return new Layout(
          isFloat,
          HistogramLayout.of(Math.toIntExact(schema), threshold, positive, negative, bounds));
    } catch (InvalidRequest | ArithmeticException e) {
      throw in.damaged("a layout of histograms", String.valueOf(e.getMessage()));
    }
  }

  private static BucketSpans spans(ByteSource in) {
    int[] runs = new int[2 * in.count("a number of spans", in.remaining() / 2)];
    int buckets = 0;
    for (int i = 0; i < runs.length; i += 2) {
      runs[i] = Math.toIntExact(in.signed());
      runs[i + 1] = in.count("buckets", MAX_BUCKETS - buckets);
      buckets += runs[i + 1];
    }
    return BucketSpans.of(runs);
  }

  // What the log can hold of one histogram is less: layouts of damaged files must not fill memory.
  private static final int MAX_BUCKETS = 1 << 20;

  /** Reads everything, and tells of each piece that is damaged. */
  void verify(Consumer<Corruption> damage) {
    samples.verify(damage);
    int found = 0;
    for (int piece = 0; piece < pieces.size(); piece++) {
      try {
        found += read(piece).length;
      } catch (Corruption corruption) {
        damage.accept(corruption);
        found = series;
      }
    }
    if (found < series) {
      damage.accept(
          new Corruption(
              reader.file(),
              directory.offset(),
              "%d series with histograms or starts".formatted(series),
              "%d".formatted(found)));
    }
  }
}
