package dev.vedette.wire.exposition;

import dev.vedette.model.CounterReset;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricType;
import dev.vedette.model.SpecialValues;
import dev.vedette.wire.proto.ProtoReader;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Delimited {@code io.prometheus.client.MetricFamily} messages: the format that has native
 * histograms. One metric becomes the series that the text formats have for it: a summary its
 * quantiles, {@code _sum} and {@code _count}, a classic histogram its buckets and the same two. The
 * text of a series is made for the purpose: what kind it is, the family, the labels as they are in
 * the body, the bound.
 */
final class ProtobufParser extends ExpositionParser {
  private static final String WAY_OUT = "correct what the target exposes";

  private static final int NAME = 1 << 3 | ProtoReader.LENGTH;
  private static final int HELP = 2 << 3 | ProtoReader.LENGTH;
  private static final int TYPE = 3 << 3 | ProtoReader.VARINT;
  private static final int METRIC = 4 << 3 | ProtoReader.LENGTH;
  private static final int UNIT = 5 << 3 | ProtoReader.LENGTH;

  private static final int LABEL_NAME = 1 << 3 | ProtoReader.LENGTH;
  private static final int LABEL_VALUE = 2 << 3 | ProtoReader.LENGTH;

  private static final int EXEMPLAR_LABEL = 1 << 3 | ProtoReader.LENGTH;
  private static final int EXEMPLAR_VALUE = 2 << 3 | ProtoReader.FIXED64;
  private static final int EXEMPLAR_TIME = 3 << 3 | ProtoReader.LENGTH;

  // By their numbers in the protocol.
  private static final MetricType[] TYPES = {
    MetricType.COUNTER,
    MetricType.GAUGE,
    MetricType.SUMMARY,
    MetricType.UNKNOWN,
    MetricType.HISTOGRAM,
    MetricType.GAUGEHISTOGRAM
  };

  private static final int GAUGE_HINT = CounterReset.GAUGE.ordinal();

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** What is to be found next. */
  private enum Step {
    FAMILY,
    HELP,
    TYPE,
    UNIT,
    METRIC,
    SERIES
  }

  /** What a series is of its metric; goes into its text. */
  private enum Kind {
    VALUE(""),
    HISTOGRAM(""),
    BUCKET("_bucket"),
    QUANTILE(""),
    SUM("_sum"),
    COUNT("_count");

    final String suffix;

    Kind(String suffix) {
      this.suffix = suffix;
    }

    boolean hasBound() {
      return this == BUCKET || this == QUANTILE;
    }
  }

  private final ProtoReader in = new ProtoReader(ErrorId.INVALID_EXPOSITION, WAY_OUT);
  private final MetricMessage metric = new MetricMessage(in);
  private boolean nativeOnes = true;
  private boolean classicBesideNative;
  private Step step = Step.FAMILY;

  // The family being read: ranges of the body.
  private int familyEnd;
  private int nameFrom;
  private int nameTo;
  private int helpFrom;
  private int helpTo;
  private int unitFrom;
  private int unitTo;
  private Entry entry = Entry.END;

  // Of the metric being read.
  private boolean isNative;
  private boolean isClassic;
  private boolean lacksInfinity;
  private int nextSeries;

  // Of the series being read.
  private Kind kind = Kind.VALUE;
  private double bound;
  private byte[] text = new byte[256];

  // Exemplars not handed out yet, of all or one bucket's.
  private int nextExemplar;
  private int exemplarsLeft;
  private int exemplarLabelsFrom;
  private int exemplarLabelsTo;

  @Override
  public void reset(byte[] body, int length) {
    super.reset(body, length);
    step = Step.FAMILY;
    exemplarsLeft = 0;
  }

  @Override
  public void histograms(boolean nativeOnes, boolean classicBesideNative) {
    this.nativeOnes = nativeOnes;
    this.classicBesideNative = classicBesideNative;
  }

  @Override
  public Entry next(byte[] expected, int from, int to) {
    guessed = false;
    exemplarsLeft = 0;
    boolean whole = false;
    try {
      in.reset(body, at, "MetricFamily");
      entry = find();
      at = in.at();
      if (entry == Entry.SERIES) {
        makeText();
        guessed = to > from && Arrays.equals(text, 0, seriesTo, expected, from, to);
      }
      whole = true;
      return entry;
    } finally {
      if (!whole) {
        at = end;
        step = Step.FAMILY;
      }
    }
  }

  private Entry find() {
    while (true) {
      switch (step) {
        case FAMILY -> {
          if (in.at() >= end) {
            return Entry.END;
          }
          readFamily();
          step = Step.HELP;
        }
        case HELP -> {
          step = Step.TYPE;
          if (helpTo > helpFrom) {
            return Entry.HELP;
          }
        }
        case TYPE -> {
          step = Step.UNIT;
          return Entry.TYPE;
        }
        case UNIT -> {
          step = Step.METRIC;
          if (unitTo > unitFrom) {
            return Entry.UNIT;
          }
        }
        case METRIC -> step = nextMetric() ? Step.SERIES : Step.FAMILY;
        case SERIES -> {
          if (nextSeries()) {
            return Entry.SERIES;
          }
          step = Step.METRIC;
        }
      }
    }
  }

  /** Reads all of a family but its metrics, and goes back to its beginning. */
  private void readFamily() {
    familyEnd = in.end(end);
    int from = in.at();
    nameFrom = 0;
    nameTo = 0;
    helpTo = helpFrom;
    unitTo = unitFrom;
    long typeNumber = 0;
    while (in.at() < familyEnd) {
      int tag = in.tag(familyEnd);
      switch (tag) {
        case NAME -> {
          nameTo = in.end(familyEnd);
          nameFrom = in.at();
          in.moveTo(nameTo);
        }
        case HELP -> {
          helpTo = in.end(familyEnd);
          helpFrom = in.at();
          in.moveTo(helpTo);
        }
        case UNIT -> {
          unitTo = in.end(familyEnd);
          unitFrom = in.at();
          in.moveTo(unitTo);
        }
        case TYPE -> typeNumber = in.varint(familyEnd);
        default -> in.skip(tag, familyEnd);
      }
    }
    if (typeNumber < 0 || typeNumber >= TYPES.length) {
      throw in.malformed("a type from 0 to %d, found %d".formatted(TYPES.length - 1, typeNumber));
    }
    type = TYPES[(int) typeNumber];
    in.moveTo(from);
  }

  private boolean nextMetric() {
    while (in.at() < familyEnd) {
      int tag = in.tag(familyEnd);
      if (tag == METRIC) {
        in.in("MetricFamily.metric");
        metric.read(body, in.end(familyEnd));
        nextSeries = 0;
        boolean histogram = type == MetricType.HISTOGRAM || type == MetricType.GAUGEHISTOGRAM;
        isNative = histogram && nativeOnes && metric.isNative();
        isClassic = !isNative || classicBesideNative && metric.parts > 0;
        lacksInfinity =
            metric.parts == 0 || metric.bounds[metric.parts - 1] != Double.POSITIVE_INFINITY;
        return true;
      }
      in.skip(tag, familyEnd);
    }
    return false;
  }

  private boolean nextSeries() {
    hasTimestamp = metric.hasTimestamp;
    timestampMillis = metric.timestampMillis;
    int i = nextSeries++;
    return switch (type) {
      case SUMMARY -> i < metric.parts ? part(Kind.QUANTILE, i) : sumOrCount(i - metric.parts);
      case HISTOGRAM, GAUGEHISTOGRAM -> ofHistogram(i);
      default -> i == 0 && plain();
    };
  }

  private boolean plain() {
    exemplars(0, metric.exemplars());
    return series(Kind.VALUE, metric.value);
  }

  private boolean ofHistogram(int series) {
    int i = series;
    if (isNative) {
      if (i == 0) {
        if (metric.exemplars() == 0) {
          metric.takeExemplarsOfBuckets();
        }
        exemplars(0, metric.exemplars());
        return series(Kind.HISTOGRAM, 0);
      }
      i--;
    }
    if (!isClassic) {
      return false;
    }
    if (i < metric.parts) {
      return part(Kind.BUCKET, i);
    }
    i -= metric.parts;
    if (lacksInfinity) {
      if (i == 0) {
        bound = Double.POSITIVE_INFINITY;
        return series(Kind.BUCKET, metric.count);
      }
      i--;
    }
    return sumOrCount(i);
  }

  private boolean part(Kind partKind, int i) {
    bound = metric.bounds[i];
    if (partKind == Kind.BUCKET && metric.bucketExemplarFrom(i) != 0) {
      exemplars(-1 - i, 1);
    }
    return series(partKind, metric.values[i]);
  }

  private boolean sumOrCount(int i) {
    return switch (i) {
      case 0 -> series(Kind.SUM, metric.sum);
      case 1 -> series(Kind.COUNT, metric.count);
      default -> false;
    };
  }

  private boolean series(Kind seriesKind, double seriesValue) {
    kind = seriesKind;
    // One NaN for all, as in text; the one of staleness markers is not for targets to send.
    valueBits =
        Double.isNaN(seriesValue)
            ? SpecialValues.NAN_BITS
            : Double.doubleToRawLongBits(seriesValue);
    return true;
  }

  /** Exemplars to hand out: those of the metric from one on, or below zero a bucket's only one. */
  private void exemplars(int first, int count) {
    nextExemplar = first;
    exemplarsLeft = count;
  }

  private void makeText() {
    int labels = metric.labelsTo - metric.labelsFrom;
    int name = nameTo - nameFrom;
    int size = 1 + Long.BYTES + name + labels + Long.BYTES;
    if (text.length < size) {
      text = new byte[size * 2];
    }
    text[0] = (byte) kind.ordinal();
    LONG.set(text, 1, (long) name);
    int used = 1 + Long.BYTES;
    System.arraycopy(body, nameFrom, text, used, name);
    used += name;
    System.arraycopy(metric.labelBytes, metric.labelsFrom, text, used, labels);
    used += labels;
    if (kind.hasBound()) {
      LONG.set(text, used, Double.doubleToRawLongBits(bound));
      used += Long.BYTES;
    }
    seriesBytes = text;
    seriesFrom = 0;
    seriesTo = used;
  }

  @Override
  public boolean hasHistogram() {
    return kind == Kind.HISTOGRAM;
  }

  @Override
  public Histogram histogram() {
    metric.nativeFields().hint(type == MetricType.GAUGEHISTOGRAM ? GAUGE_HINT : 0);
    try {
      return metric.nativeFields().histogram();
    } catch (InvalidRequest e) {
      throw invalid(nameFrom, String.valueOf(e.getMessage()));
    }
  }

  @Override
  void addLabels(SeriesLabels labels) {
    String name = in.text(nameFrom, nameTo);
    labels.put(Labels.METRIC_NAME, name.isEmpty() ? "" : name + kind.suffix, nameFrom);
    addLabels(metric.labelBytes, metric.labelsFrom, metric.labelsTo, labels);
    if (kind.hasBound()) {
      String label = kind == Kind.BUCKET ? BoundLabel.LE.label() : BoundLabel.QUANTILE.label();
      labels.put(label, Numbers.boundText(bound), nameFrom);
    }
  }

  /** Adds all {@code LabelPair}s in a range, which may have other fields between them. */
  private void addLabels(byte[] bytes, int from, int to, SeriesLabels labels) {
    int resume = in.at();
    in.reset(bytes, from, "LabelPair");
    while (in.at() < to) {
      int tag = in.tag(to);
      if (tag == EXEMPLAR_LABEL) {
        addLabel(in.end(to), labels);
      } else {
        in.skip(tag, to);
      }
    }
    in.reset(body, resume, "MetricFamily");
  }

  private void addLabel(int labelEnd, SeriesLabels labels) {
    int from = in.at();
    String name = "";
    String value = "";
    while (in.at() < labelEnd) {
      int tag = in.tag(labelEnd);
      switch (tag) {
        case LABEL_NAME -> name = in.text(labelEnd);
        case LABEL_VALUE -> value = in.text(labelEnd);
        default -> in.skip(tag, labelEnd);
      }
    }
    labels.put(name, value, from);
  }

  @Override
  public long startMillis() {
    return metric.startMillis;
  }

  @Override
  public boolean nextExemplar() {
    while (exemplarsLeft > 0) {
      exemplarsLeft--;
      int i = nextExemplar++;
      int from = i < 0 ? metric.bucketExemplarFrom(-1 - i) : metric.exemplarFrom(i);
      readExemplar(from, i < 0 ? metric.bucketExemplarTo(-1 - i) : metric.exemplarTo(i));
      // Without a time nobody could tell new ones of a native histogram from old.
      if (kind != Kind.HISTOGRAM || exemplarHasTimestamp) {
        return true;
      }
    }
    return false;
  }

  private void readExemplar(int from, int to) {
    in.reset(body, from, "Exemplar");
    exemplarLabelsFrom = from;
    exemplarLabelsTo = to;
    exemplarHasTimestamp = false;
    exemplarValueBits = 0;
    while (in.at() < to) {
      int tag = in.tag(to);
      switch (tag) {
        case EXEMPLAR_VALUE -> exemplarValueBits = in.fixed64(to);
        case EXEMPLAR_TIME -> {
          exemplarTimestampMillis = metric.time(in.end(to));
          exemplarHasTimestamp = true;
        }
        default -> in.skip(tag, to);
      }
    }
  }

  @Override
  void addExemplarLabels(SeriesLabels labels) {
    addLabels(body, exemplarLabelsFrom, exemplarLabelsTo, labels);
  }

  @Override
  public String family() {
    return in.text(nameFrom, nameTo);
  }

  @Override
  public String text() {
    return switch (entry) {
      case HELP -> in.text(helpFrom, helpTo);
      case UNIT -> in.text(unitFrom, unitTo);
      case TYPE -> type.text();
      case END, SERIES, COMMENT -> "";
    };
  }

  @Override
  public long metadataHash() {
    long name = LabelBytes.hash(body, nameFrom, nameTo);
    return switch (entry) {
      case HELP -> LabelBytes.fold(name, LabelBytes.hash(body, helpFrom, helpTo));
      case UNIT -> LabelBytes.fold(name, LabelBytes.hash(body, unitFrom, unitTo));
      case TYPE, END, SERIES, COMMENT -> LabelBytes.fold(name, type.ordinal());
    };
  }

  @Override
  InvalidRequest invalid(int offset, String message) {
    String family = in.text(nameFrom, nameTo);
    at = end;
    step = Step.FAMILY;
    return new InvalidRequest(
        ErrorId.INVALID_EXPOSITION,
        "byte %d, family \"%s\": %s".formatted(offset, family, message),
        WAY_OUT);
  }
}
