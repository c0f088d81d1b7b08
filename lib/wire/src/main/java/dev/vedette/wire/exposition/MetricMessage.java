package dev.vedette.wire.exposition;

import dev.vedette.wire.histogram.HistogramFields;
import dev.vedette.wire.proto.ProtoReader;
import java.util.Arrays;

/**
 * One {@code Metric} of {@code io.prometheus.client}: its labels stay a range of bytes, its values
 * are read into columns, which the next metric uses again. Of a value, what is absent is zero, as
 * protobuf has it.
 */
final class MetricMessage {
  private static final int LABEL = 1 << 3 | ProtoReader.LENGTH;
  private static final int GAUGE = 2 << 3 | ProtoReader.LENGTH;
  private static final int COUNTER = 3 << 3 | ProtoReader.LENGTH;
  private static final int SUMMARY = 4 << 3 | ProtoReader.LENGTH;
  private static final int UNTYPED = 5 << 3 | ProtoReader.LENGTH;
  private static final int TIMESTAMP_MILLIS = 6 << 3 | ProtoReader.VARINT;
  private static final int HISTOGRAM = 7 << 3 | ProtoReader.LENGTH;

  // Gauges, counters and untyped ones.
  private static final int VALUE = 1 << 3 | ProtoReader.FIXED64;
  private static final int COUNTER_EXEMPLAR = 2 << 3 | ProtoReader.LENGTH;
  private static final int COUNTER_CREATED = 3 << 3 | ProtoReader.LENGTH;

  // Summaries and histograms.
  private static final int SAMPLE_COUNT = 1 << 3 | ProtoReader.VARINT;
  private static final int SAMPLE_SUM = 2 << 3 | ProtoReader.FIXED64;
  private static final int QUANTILE_OR_BUCKET = 3 << 3 | ProtoReader.LENGTH;
  private static final int SUMMARY_CREATED = 4 << 3 | ProtoReader.LENGTH;
  private static final int SAMPLE_COUNT_FLOAT = 4 << 3 | ProtoReader.FIXED64;
  private static final int SCHEMA = 5 << 3 | ProtoReader.VARINT;
  private static final int ZERO_THRESHOLD = 6 << 3 | ProtoReader.FIXED64;
  private static final int ZERO_COUNT = 7 << 3 | ProtoReader.VARINT;
  private static final int ZERO_COUNT_FLOAT = 8 << 3 | ProtoReader.FIXED64;
  private static final int NEGATIVE_SPAN = 9 << 3 | ProtoReader.LENGTH;
  private static final int NEGATIVE_DELTA = 10;
  private static final int NEGATIVE_COUNT = 11;
  private static final int POSITIVE_SPAN = 12 << 3 | ProtoReader.LENGTH;
  private static final int POSITIVE_DELTA = 13;
  private static final int POSITIVE_COUNT = 14;
  private static final int HISTOGRAM_CREATED = 15 << 3 | ProtoReader.LENGTH;
  private static final int HISTOGRAM_EXEMPLAR = 16 << 3 | ProtoReader.LENGTH;

  private static final int QUANTILE = 1 << 3 | ProtoReader.FIXED64;
  private static final int QUANTILE_VALUE = 2 << 3 | ProtoReader.FIXED64;

  private static final int CUMULATIVE_COUNT = 1 << 3 | ProtoReader.VARINT;
  private static final int UPPER_BOUND = 2 << 3 | ProtoReader.FIXED64;
  private static final int BUCKET_EXEMPLAR = 3 << 3 | ProtoReader.LENGTH;
  private static final int CUMULATIVE_COUNT_FLOAT = 4 << 3 | ProtoReader.FIXED64;

  private static final int SECONDS = 1 << 3 | ProtoReader.VARINT;
  private static final int NANOS = 2 << 3 | ProtoReader.VARINT;
  // The end of the year 9999, as protobuf's Timestamp has it.
  private static final long MOST_SECONDS = 253_402_300_799L;

  private final ProtoReader in;
  private final HistogramFields fields = new HistogramFields();

  byte[] labelBytes = {};
  int labelsFrom;
  int labelsTo;
  private byte[] gathered = {};

  boolean hasTimestamp;
  long timestampMillis;
  long startMillis;

  double value;
  double sum;
  double count;

  // Quantiles of a summary, buckets of a histogram.
  int parts;
  double[] bounds = new double[16];
  double[] values = new double[16];
  private int[] exemplarFrom = new int[16];
  private int[] exemplarTo = new int[16];

  private int exemplars;
  private int[] exemplarRanges = new int[16];

  /** Reads metrics by this reader. */
  MetricMessage(ProtoReader in) {
    this.in = in;
  }

  /** Reads the metric that the reader is at, up to {@code end}. */
  void read(byte[] bytes, int end) {
    clear();
    labels(bytes, end);
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case GAUGE, UNTYPED, COUNTER -> {
          in.in("Metric.counter, gauge or untyped");
          value(in.end(end), tag == COUNTER);
        }
        case SUMMARY -> {
          in.in("Metric.summary");
          summary(in.end(end));
        }
        case HISTOGRAM -> {
          in.in("Metric.histogram");
          histogram(in.end(end));
        }
        case TIMESTAMP_MILLIS -> {
          timestampMillis = in.varint(end);
          // Client libraries leave it out; 0 is what others write for none.
          hasTimestamp = timestampMillis != 0;
        }
        default -> in.skip(tag, end);
      }
    }
  }

  private void clear() {
    hasTimestamp = false;
    startMillis = Long.MIN_VALUE;
    value = 0;
    sum = 0;
    count = 0;
    parts = 0;
    exemplars = 0;
    fields.clear();
  }

  /** Finds the labels, and brings them together where other fields stand between. */
  private void labels(byte[] bytes, int end) {
    int from = in.at();
    int to = from;
    boolean scattered = false;
    int size = 0;
    while (in.at() < end) {
      int fieldFrom = in.at();
      int tag = in.tag(end);
      in.skip(tag, end);
      if (tag == LABEL) {
        scattered |= fieldFrom != to;
        to = in.at();
        size += to - fieldFrom;
      }
    }
    in.moveTo(from);
    labelBytes = bytes;
    labelsFrom = from;
    labelsTo = to;
    if (scattered) {
      gather(bytes, from, to, size);
    }
  }

  private void gather(byte[] bytes, int from, int to, int size) {
    if (gathered.length < size) {
      gathered = new byte[size];
    }
    int used = 0;
    while (in.at() < to) {
      int fieldFrom = in.at();
      int tag = in.tag(to);
      in.skip(tag, to);
      if (tag == LABEL) {
        System.arraycopy(bytes, fieldFrom, gathered, used, in.at() - fieldFrom);
        used += in.at() - fieldFrom;
      }
    }
    in.moveTo(from);
    labelBytes = gathered;
    labelsFrom = 0;
    labelsTo = used;
  }

  private void value(int end, boolean counter) {
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == VALUE) {
        value = real(end);
      } else if (counter && tag == COUNTER_EXEMPLAR) {
        addExemplar(end);
      } else if (counter && tag == COUNTER_CREATED) {
        startMillis = time(in.end(end));
      } else {
        in.skip(tag, end);
      }
    }
  }

  private double real(int limit) {
    return Double.longBitsToDouble(in.fixed64(limit));
  }

  private void summary(int end) {
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case SAMPLE_COUNT -> count = unsigned(in.varint(end));
        case SAMPLE_SUM -> sum = real(end);
        case QUANTILE_OR_BUCKET -> quantile(in.end(end));
        case SUMMARY_CREATED -> startMillis = time(in.end(end));
        default -> in.skip(tag, end);
      }
    }
  }

  /** Counts of 2^63 and more are no smaller than 0. */
  private static double unsigned(long value) {
    return value >= 0 ? value : (value >>> 1 | value & 1) * 2.0;
  }

  private void quantile(int end) {
    double quantile = 0;
    double at = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case QUANTILE -> quantile = real(end);
        case QUANTILE_VALUE -> at = real(end);
        default -> in.skip(tag, end);
      }
    }
    addPart(quantile, at, 0, 0);
  }

  private void addPart(double bound, double partValue, int from, int to) {
    if (parts == bounds.length) {
      bounds = Arrays.copyOf(bounds, parts * 2);
      values = Arrays.copyOf(values, parts * 2);
      exemplarFrom = Arrays.copyOf(exemplarFrom, parts * 2);
      exemplarTo = Arrays.copyOf(exemplarTo, parts * 2);
    }
    bounds[parts] = bound;
    values[parts] = partValue;
    exemplarFrom[parts] = from;
    exemplarTo[parts] = to;
    parts++;
  }

  private void histogram(int end) {
    long integerCount = 0;
    double floatCount = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case SAMPLE_COUNT -> integerCount = in.varint(end);
        case SAMPLE_COUNT_FLOAT -> floatCount = real(end);
        case SAMPLE_SUM -> sum = real(end);
        case QUANTILE_OR_BUCKET -> bucket(in.end(end));
        case HISTOGRAM_CREATED -> startMillis = time(in.end(end));
        case HISTOGRAM_EXEMPLAR -> addExemplar(end);
        default -> nativePart(tag, end);
      }
    }
    fields.sum(sum);
    // A histogram of floats is told by a count of floats, which says nothing where it is empty.
    if (floatCount > 0) {
      count = floatCount;
      fields.countBits(Double.doubleToRawLongBits(floatCount));
    } else {
      count = unsigned(integerCount);
      fields.count(integerCount);
    }
  }

  private void nativePart(int tag, int end) {
    boolean packed = (tag & 7) == ProtoReader.LENGTH;
    boolean varints = packed || (tag & 7) == ProtoReader.VARINT;
    boolean doubles = packed || (tag & 7) == ProtoReader.FIXED64;
    int field = tag >>> 3;
    if (tag == SCHEMA) {
      fields.schema(in.zigzag(end));
    } else if (tag == ZERO_THRESHOLD) {
      fields.zeroThreshold(real(end));
    } else if (tag == ZERO_COUNT) {
      fields.zeroCount(in.varint(end));
    } else if (tag == ZERO_COUNT_FLOAT) {
      fields.zeroCountBits(in.fixed64(end));
    } else if (tag == NEGATIVE_SPAN) {
      fields.negative().readSpan(in, end);
    } else if (tag == POSITIVE_SPAN) {
      fields.positive().readSpan(in, end);
    } else if (varints && field == NEGATIVE_DELTA) {
      fields.negative().readDeltas(in, tag, end);
    } else if (varints && field == POSITIVE_DELTA) {
      fields.positive().readDeltas(in, tag, end);
    } else if (doubles && field == NEGATIVE_COUNT) {
      fields.negative().readCounts(in, tag, end);
    } else if (doubles && field == POSITIVE_COUNT) {
      fields.positive().readCounts(in, tag, end);
    } else {
      in.skip(tag, end);
    }
  }

  private void bucket(int end) {
    double bound = 0;
    double integers = 0;
    double floats = 0;
    int from = 0;
    int to = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case UPPER_BOUND -> bound = real(end);
        case CUMULATIVE_COUNT -> integers = unsigned(in.varint(end));
        case CUMULATIVE_COUNT_FLOAT -> floats = real(end);
        case BUCKET_EXEMPLAR -> {
          to = in.end(end);
          from = in.at();
          in.moveTo(to);
        }
        default -> in.skip(tag, end);
      }
    }
    addPart(bound, floats > 0 ? floats : integers, from, to);
  }

  private void addExemplar(int limit) {
    int to = in.end(limit);
    addExemplar(in.at(), to);
    in.moveTo(to);
  }

  private void addExemplar(int from, int to) {
    if (exemplars * 2 == exemplarRanges.length) {
      exemplarRanges = Arrays.copyOf(exemplarRanges, exemplars * 4);
    }
    exemplarRanges[exemplars * 2] = from;
    exemplarRanges[exemplars * 2 + 1] = to;
    exemplars++;
  }

  /** Milliseconds of a {@code google.protobuf.Timestamp} up to {@code end}. */
  long time(int end) {
    long seconds = 0;
    long nanos = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case SECONDS -> seconds = in.varint(end);
        case NANOS -> nanos = in.varint(end);
        default -> in.skip(tag, end);
      }
    }
    if (Math.abs(seconds) > MOST_SECONDS || nanos < 0 || nanos > 999_999_999) {
      throw in.malformed("a time between the years 1 and 9999");
    }
    return seconds * 1000 + nanos / 1_000_000;
  }

  /** Whether a histogram is one with native buckets, maybe beside classic ones. */
  boolean isNative() {
    return fields.hasNativeParts();
  }

  HistogramFields nativeFields() {
    return fields;
  }

  /** Exemplars of a counter, or of a native histogram. */
  int exemplars() {
    return exemplars;
  }

  int exemplarFrom(int exemplar) {
    return exemplarRanges[2 * exemplar];
  }

  int exemplarTo(int exemplar) {
    return exemplarRanges[2 * exemplar + 1];
  }

  /** Where the exemplar of a bucket begins; 0 where it has none. */
  int bucketExemplarFrom(int bucket) {
    return exemplarFrom[bucket];
  }

  int bucketExemplarTo(int bucket) {
    return exemplarTo[bucket];
  }

  /** A native histogram without exemplars of its own has those of its buckets. */
  void takeExemplarsOfBuckets() {
    for (int i = 0; i < parts; i++) {
      if (exemplarFrom[i] != 0) {
        addExemplar(exemplarFrom[i], exemplarTo[i]);
      }
    }
  }
}
