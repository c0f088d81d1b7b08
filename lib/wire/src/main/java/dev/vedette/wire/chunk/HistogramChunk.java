package dev.vedette.wire.chunk;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;

/** Native histograms of one layout: the layout once, then the columns of each, sample by sample. */
final class HistogramChunk {
  // By the hint's number: unknown, reset, no reset, gauge.
  private static final int[] FLAGS = {0x00, 0x80, 0x40, 0xc0};
  private static final int RAW_THRESHOLD = 255;
  private static final int LEAST_EXPONENT = -243;
  private static final int MOST_EXPONENT = 10;

  private final BitWriter out;
  private final XorWindow sum = new XorWindow();
  private int samples;
  private boolean isFloat;
  private long lastMillis;
  private long lastDelta;
  // Of integers: what was written last of each column, and how it changed.
  private long[] values = {};
  private long[] deltas = {};
  // Of floats.
  private XorWindow[] windows = {};

  HistogramChunk(BitWriter out) {
    this.out = out;
  }

  /** Begins with a first sample, behind the number of samples. */
  void begin(Histogram first, long timestampMillis) {
    samples = 1;
    isFloat = first.isFloat();
    out.put(FLAGS[first.reset().ordinal()], 8);
    layout(first.layout());
    int columns = first.layout().columns();
    if (isFloat) {
      growWindows(columns);
    } else if (values.length < columns) {
      values = new long[columns];
      deltas = new long[columns];
    }
    out.signed(timestampMillis);
    lastMillis = timestampMillis;
    lastDelta = 0;
    for (int column = 0; column < columns; column++) {
      if (column == HistogramLayout.BUCKETS) {
        beginSum(first);
      }
      beginColumn(first, column);
    }
    if (columns == HistogramLayout.BUCKETS) {
      beginSum(first);
    }
  }

  private void growWindows(int columns) {
    int had = windows.length;
    if (had < columns) {
      windows = java.util.Arrays.copyOf(windows, columns);
      for (int i = had; i < columns; i++) {
        windows[i] = new XorWindow();
      }
    }
  }

  private void beginSum(Histogram first) {
    out.put(first.sumBits(), Long.SIZE);
    sum.begin(first.sumBits());
  }

  private void beginColumn(Histogram first, int column) {
    if (isFloat) {
      out.put(first.column(column), Long.SIZE);
      windows[column].begin(first.column(column));
      return;
    }
    values[column] = written(first, column);
    deltas[column] = 0;
    if (column < HistogramLayout.BUCKETS) {
      out.unsigned(values[column]);
    } else {
      out.signed(values[column]);
    }
  }

  /** Buckets of integers are differences to the bucket before, on each side. */
  private static long written(Histogram histogram, int column) {
    boolean firstOfSide =
        column <= HistogramLayout.BUCKETS
            || column == HistogramLayout.BUCKETS + histogram.layout().positive().buckets();
    long value = histogram.column(column);
    return firstOfSide ? value : value - histogram.column(column - 1);
  }

  /** One more sample, which {@link SampleChunks} found to go with the others. */
  void add(Histogram next, long timestampMillis) {
    long delta = timestampMillis - lastMillis;
    if (samples == 1) {
      out.unsigned(delta);
    } else {
      out.signed(delta - lastDelta);
    }
    lastMillis = timestampMillis;
    lastDelta = delta;
    int columns = next.layout().columns();
    for (int column = 0; column < columns; column++) {
      if (column == HistogramLayout.BUCKETS) {
        out.xor(next.sumBits(), sum);
      }
      addColumn(next, column);
    }
    if (columns == HistogramLayout.BUCKETS) {
      out.xor(next.sumBits(), sum);
    }
    samples++;
  }

  private void addColumn(Histogram next, int column) {
    if (isFloat) {
      out.xor(next.column(column), windows[column]);
      return;
    }
    long value = written(next, column);
    long change = value - values[column];
    // The first change is written as it is, later ones against the change before.
    out.signed(change - deltas[column]);
    values[column] = value;
    deltas[column] = change;
  }

  private void layout(HistogramLayout layout) {
    threshold(layout.zeroThreshold());
    out.signed(layout.schema());
    spans(layout.positive());
    spans(layout.negative());
    if (layout.isCustom()) {
      out.unsigned(layout.customBounds());
      for (int i = 0; i < layout.customBounds(); i++) {
        // A zero says that the double follows; a one would be for thousandths.
        out.put(0, 1);
        out.put(Double.doubleToRawLongBits(layout.customBound(i)), Long.SIZE);
      }
    }
  }

  /** Zero and powers of two, which nearly all are, take a byte. */
  private void threshold(double threshold) {
    int exponent = Math.getExponent(threshold);
    boolean power = threshold == Math.scalb(1.0, exponent);
    if (threshold == 0) {
      out.put(0, 8);
    } else if (power && exponent >= LEAST_EXPONENT && exponent <= MOST_EXPONENT) {
      out.put(exponent - LEAST_EXPONENT + 1, 8);
    } else {
      out.put(RAW_THRESHOLD, 8);
      out.put(Double.doubleToRawLongBits(threshold), Long.SIZE);
    }
  }

  private void spans(BucketSpans spans) {
    out.unsigned(spans.count());
    for (int run = 0; run < spans.count(); run++) {
      out.unsigned(spans.length(run));
      out.signed(spans.offset(run));
    }
  }
}
