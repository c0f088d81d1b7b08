package dev.vedette.wire.histogram;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.ErrorId;
import dev.vedette.model.FineBuckets;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.SpecialValues;
import dev.vedette.wire.proto.ProtoReader;

/**
 * The fields of one native histogram while its message is read; used again for the next one. Wire
 * forms number them differently but mean the same: integer histograms have bucket counts as
 * differences to the bucket before, float ones as they are. One thread.
 */
public final class HistogramFields {
  private static final int SPAN_OFFSET = 1 << 3 | ProtoReader.VARINT;
  private static final int SPAN_LENGTH = 2 << 3 | ProtoReader.VARINT;

  private long count;
  private boolean isFloat;
  private double sum;
  private int schema;
  private double zeroThreshold;
  private long zeroCount;
  private boolean zeroIsFloat;
  private int hint;
  private final Side positive = new Side();
  private final Side negative = new Side();
  private final Longs bounds = new Longs();

  /** Spans and bucket counts of one side. */
  public static final class Side {
    private final Longs spans = new Longs();
    private final Longs deltas = new Longs();
    private final Longs counts = new Longs();

    private void clear() {
      spans.clear();
      deltas.clear();
      counts.clear();
    }

    public void readSpan(ProtoReader in, int limit) {
      int end = in.end(limit);
      long offset = 0;
      long length = 0;
      while (in.at() < end) {
        int tag = in.tag(end);
        switch (tag) {
          case SPAN_OFFSET -> offset = in.zigzag(end);
          case SPAN_LENGTH -> length = in.varint(end);
          default -> in.skip(tag, end);
        }
      }
      if ((int) offset != offset || length >>> 31 != 0) {
        throw in.malformed("a span of 32 bits");
      }
      spans.add(offset);
      spans.add(length);
    }

    /** Differences of an integer histogram: packed, or one of them. */
    public void readDeltas(ProtoReader in, int tag, int limit) {
      if ((tag & 7) == ProtoReader.LENGTH) {
        int end = in.end(limit);
        while (in.at() < end) {
          deltas.add(in.zigzag(end));
        }
      } else {
        deltas.add(in.zigzag(limit));
      }
    }

    /** Counts of a float histogram: packed, or one of them. */
    public void readCounts(ProtoReader in, int tag, int limit) {
      counts.readFixed(in, tag, limit);
    }

    private BucketSpans spans() {
      int[] offsetsAndLengths = new int[spans.size()];
      for (int i = 0; i < offsetsAndLengths.length; i++) {
        offsetsAndLengths[i] = (int) spans.get(i);
      }
      return BucketSpans.of(offsetsAndLengths);
    }

    private long[] integers() {
      long[] absolute = new long[deltas.size()];
      long value = 0;
      for (int i = 0; i < absolute.length; i++) {
        value += deltas.get(i);
        absolute[i] = value;
      }
      return absolute;
    }

    private double[] floats() {
      return counts.doubles();
    }
  }

  /** Forgets all fields. */
  public void clear() {
    count = 0;
    isFloat = false;
    sum = 0;
    schema = 0;
    zeroThreshold = 0;
    zeroCount = 0;
    zeroIsFloat = false;
    hint = 0;
    positive.clear();
    negative.clear();
    bounds.clear();
  }

  public void count(long integer) {
    count = integer;
    isFloat = false;
  }

  public void countBits(long floatBits) {
    count = floatBits;
    isFloat = true;
  }

  public void sum(double value) {
    sum = value;
  }

  public void schema(long value) {
    schema = (int) value;
  }

  public void zeroThreshold(double value) {
    zeroThreshold = value;
  }

  public void zeroCount(long integer) {
    zeroCount = integer;
    zeroIsFloat = false;
  }

  public void zeroCountBits(long floatBits) {
    zeroCount = floatBits;
    zeroIsFloat = true;
  }

  /** The reset hint's number in remote write; unknown ones say nothing. */
  public void hint(long number) {
    hint = number > 0 && number < CounterReset.values().length ? (int) number : 0;
  }

  public Side positive() {
    return positive;
  }

  public Side negative() {
    return negative;
  }

  /** Custom bounds: packed, or one of them. */
  public void readBounds(ProtoReader in, int tag, int limit) {
    bounds.readFixed(in, tag, limit);
  }

  /** Whether anything but a classic histogram was sent. */
  public boolean hasNativeParts() {
    return positive.spans.size() > 0
        || negative.spans.size() > 0
        || zeroThreshold > 0
        || zeroCount != 0;
  }

  /**
   * The histogram, schemas finer than {@value HistogramLayout#MAX_SCHEMA} reduced to it.
   *
   * @throws InvalidRequest ({@code invalid-histogram}) where the fields are none
   */
  public Histogram histogram() {
    CounterReset reset = CounterReset.of(hint);
    if (Double.doubleToRawLongBits(sum) == SpecialValues.STALE_BITS) {
      return Histogram.STALE;
    }
    return schema > HistogramLayout.MAX_SCHEMA && schema <= FineBuckets.MAX_SCHEMA
        ? reduced(reset)
        : asSent(reset);
  }

  private Histogram asSent(CounterReset reset) {
    BucketSpans ups = positive.spans();
    BucketSpans downs = negative.spans();
    HistogramLayout layout =
        HistogramLayout.of(schema, zeroThreshold, ups, downs, bounds.doubles());
    return isFloat
        ? ofFloats(layout, reset, positive.floats(), negative.floats())
        : ofIntegers(layout, reset, positive.integers(), negative.integers());
  }

  /** At the finest schema that is kept: of a finer one, every bucket lies in one of it. */
  private Histogram reduced(CounterReset reset) {
    int counted = isFloat ? positive.counts.size() : positive.deltas.size();
    FineBuckets ups = FineBuckets.of("positive", positive.spans(), counted, schema);
    int mirrored = isFloat ? negative.counts.size() : negative.deltas.size();
    FineBuckets downs = FineBuckets.of("negative", negative.spans(), mirrored, schema);
    HistogramLayout layout =
        HistogramLayout.of(
            HistogramLayout.MAX_SCHEMA,
            zeroThreshold,
            ups.spans(),
            downs.spans(),
            bounds.doubles());
    return isFloat
        ? ofFloats(layout, reset, ups.sums(positive.floats()), downs.sums(negative.floats()))
        : ofIntegers(layout, reset, ups.sums(positive.integers()), downs.sums(negative.integers()));
  }

  private Histogram ofFloats(
      HistogramLayout layout, CounterReset reset, double[] ups, double[] downs) {
    requireKind(zeroIsFloat || zeroCount == 0);
    double total = Double.longBitsToDouble(count);
    return Histogram.ofFloats(
        layout, reset, total, Double.longBitsToDouble(zeroCount), sum, ups, downs);
  }

  private Histogram ofIntegers(
      HistogramLayout layout, CounterReset reset, long[] ups, long[] downs) {
    requireKind(!zeroIsFloat || zeroCount == 0);
    return Histogram.ofIntegers(layout, reset, count, zeroCount, sum, ups, downs);
  }

  private static void requireKind(boolean same) {
    if (!same) {
      throw new InvalidRequest(
          ErrorId.INVALID_HISTOGRAM,
          "not a native histogram: its count and zero count are not both integers or both floats",
          "update or report the client library that made it");
    }
  }
}
