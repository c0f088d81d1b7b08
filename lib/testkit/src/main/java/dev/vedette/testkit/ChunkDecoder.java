package dev.vedette.testkit;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the chunks of remote read as a client does: slowly, and after the format's page alone. */
public final class ChunkDecoder {
  private static final int[] WIDTHS = {3, 6, 9, 12, 18, 25, 56};

  private final byte[] bytes;
  private int bit;

  /** A sample of a chunk; with a histogram, the value's bits mean nothing. */
  public record Sample(long timestampMillis, long bits, @Nullable Histogram histogram) {}

  private ChunkDecoder(byte[] bytes) {
    this.bytes = bytes;
  }

  /** All samples of a chunk with this number of an encoding. */
  public static List<Sample> decode(int encoding, byte[] bytes) {
    ChunkDecoder decoder = new ChunkDecoder(bytes);
    int count = (int) decoder.get(16);
    return switch (encoding) {
      case 1 -> decoder.floats(count);
      case 2 -> decoder.histograms(count, false);
      case 3 -> decoder.histograms(count, true);
      default -> throw new IllegalArgumentException("encoding " + encoding);
    };
  }

  private long get(int width) {
    long value = 0;
    for (int i = 0; i < width; i++, bit++) {
      value = value << 1 | bytes[bit / 8] >>> 7 - bit % 8 & 1;
    }
    return value;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      long next = get(8);
      value |= (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
  }

  private int ones(int most) {
    int ones = 0;
    while (ones < most && get(1) == 1) {
      ones++;
    }
    return ones;
  }

  private long unsigned() {
    int ones = ones(8);
    return switch (ones) {
      case 0 -> 0;
      case 8 -> get(64);
      default -> get(WIDTHS[ones - 1]);
    };
  }

  private long signed() {
    int ones = ones(8);
    return switch (ones) {
      case 0 -> 0;
      case 8 -> get(64);
      default -> narrow(get(WIDTHS[ones - 1]), WIDTHS[ones - 1]);
    };
  }

  private static long narrow(long value, int width) {
    return value > 1L << width - 1 ? value - (1L << width) : value;
  }

  /** A column of doubles. */
  private final class Xor {
    private long value;
    private int leading;
    private int width;

    private void begin() {
      value = get(64);
    }

    private void next() {
      if (get(1) == 0) {
        return;
      }
      if (get(1) == 1) {
        leading = (int) get(5);
        width = (int) get(6);
        width = width == 0 ? 64 : width;
      }
      value ^= get(width) << 64 - leading - width;
    }
  }

  private List<Sample> floats(int count) {
    List<Sample> samples = new ArrayList<>();
    Xor value = new Xor();
    long zigzag = varint();
    long timestamp = zigzag >>> 1 ^ -(zigzag & 1);
    value.begin();
    samples.add(new Sample(timestamp, value.value, null));
    long delta = 0;
    for (int i = 1; i < count; i++) {
      delta = i == 1 ? varint() : delta + deltaOfDelta();
      timestamp += delta;
      value.next();
      samples.add(new Sample(timestamp, value.value, null));
    }
    return samples;
  }

  private long deltaOfDelta() {
    return switch (ones(4)) {
      case 0 -> 0;
      case 1 -> narrow(get(14), 14);
      case 2 -> narrow(get(17), 17);
      case 3 -> narrow(get(20), 20);
      default -> get(64);
    };
  }

  private List<Sample> histograms(int count, boolean isFloat) {
    CounterReset first =
        switch ((int) get(8)) {
          case 0x80 -> CounterReset.YES;
          case 0x40 -> CounterReset.NO;
          case 0xc0 -> CounterReset.GAUGE;
          default -> CounterReset.UNKNOWN;
        };
    HistogramLayout layout = layout();
    Xor sum = new Xor();
    Xor[] doubles = new Xor[layout.columns()];
    long[] values = new long[layout.columns()];
    long[] deltas = new long[layout.columns()];
    List<Sample> samples = new ArrayList<>();
    long timestamp = 0;
    long delta = 0;
    for (int i = 0; i < count; i++) {
      if (i == 0) {
        timestamp = signed();
      } else {
        delta = i == 1 ? unsigned() : delta + signed();
        timestamp += delta;
      }
      for (int c = 0; c <= layout.columns(); c++) {
        if (c == HistogramLayout.BUCKETS) {
          next(sum, i);
        }
        if (c < layout.columns() && isFloat) {
          doubles[c] = i == 0 ? new Xor() : doubles[c];
          next(doubles[c], i);
        } else if (c < layout.columns() && i == 0) {
          values[c] = c < HistogramLayout.BUCKETS ? unsigned() : signed();
        } else if (c < layout.columns()) {
          deltas[c] += signed();
          values[c] += deltas[c];
        }
      }
      long[] columns = new long[layout.columns()];
      for (int c = 0; c < columns.length; c++) {
        columns[c] = isFloat ? doubles[c].value : values[c] + before(layout, columns, c);
      }
      CounterReset reset = i == 0 || first == CounterReset.GAUGE ? first : CounterReset.NO;
      samples.add(
          new Sample(
              timestamp, 0, Histogram.ofColumns(layout, isFloat, reset, sum.value, columns)));
    }
    return samples;
  }

  private void next(Xor value, int sample) {
    if (sample == 0) {
      value.begin();
    } else {
      value.next();
    }
  }

  private static long before(HistogramLayout layout, long[] columns, int column) {
    int negative = HistogramLayout.BUCKETS + layout.positive().buckets();
    return column <= HistogramLayout.BUCKETS || column == negative ? 0 : columns[column - 1];
  }

  private HistogramLayout layout() {
    int exponent = (int) get(8);
    double threshold =
        switch (exponent) {
          case 0 -> 0;
          case 255 -> Double.longBitsToDouble(get(64));
          default -> Math.scalb(1.0, exponent - 244);
        };
    int schema = (int) signed();
    BucketSpans positive = spans();
    BucketSpans negative = spans();
    double[] bounds = new double[schema == HistogramLayout.CUSTOM ? (int) unsigned() : 0];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = get(1) == 1 ? unsigned() / 1000.0 : Double.longBitsToDouble(get(64));
    }
    return HistogramLayout.of(schema, threshold, positive, negative, bounds);
  }

  private BucketSpans spans() {
    int[] runs = new int[2 * (int) unsigned()];
    for (int i = 0; i < runs.length; i += 2) {
      runs[i + 1] = (int) unsigned();
      runs[i] = (int) signed();
    }
    return BucketSpans.of(runs);
  }
}
