package dev.vedette.wire.remotewrite;

import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.WriteBatch;
import dev.vedette.wire.proto.ProtoReader;
import java.util.Arrays;

/**
 * Decodes {@code io.prometheus.write.v2.Request} (remote write 2.0). Strings of a request stand in
 * one table and are hashed once; a series is a range of numbers of strings, whose hash folds
 * theirs. Start timestamps are read where release candidate 4 has them, in samples and histograms,
 * and where earlier ones had them, in the series ({@code created_timestamp}).
 *
 * <p>Senders repeat the metadata of each series in every request. What this decoder gave out before
 * is left out, for some hundred requests, until it is told to {@link #forgetMetadata}.
 */
public final class RemoteWrite2Decoder extends RemoteWriteDecoder {
  private static final String MESSAGE = "Request";
  private static final int SYMBOLS = 4 << 3 | ProtoReader.LENGTH;
  private static final int TIMESERIES = 5 << 3 | ProtoReader.LENGTH;

  private static final int LABELS_REFS = 1 << 3 | ProtoReader.LENGTH;
  private static final int LABELS_REF = 1 << 3 | ProtoReader.VARINT;
  private static final int SAMPLES = 2 << 3 | ProtoReader.LENGTH;
  private static final int HISTOGRAMS = 3 << 3 | ProtoReader.LENGTH;
  private static final int EXEMPLARS = 4 << 3 | ProtoReader.LENGTH;
  private static final int METADATA = 5 << 3 | ProtoReader.LENGTH;
  private static final int CREATED_TIMESTAMP = 6 << 3 | ProtoReader.VARINT;

  private static final int SAMPLE_START = 3 << 3 | ProtoReader.VARINT;

  private static final int METADATA_TYPE = 1 << 3 | ProtoReader.VARINT;
  private static final int METADATA_HELP = 3 << 3 | ProtoReader.VARINT;
  private static final int METADATA_UNIT = 4 << 3 | ProtoReader.VARINT;

  private final Symbols symbols = new Symbols(in);
  private final KnownMetadata known = new KnownMetadata();

  private final Refs refs = new Refs();
  private final FamilyRefs familyRefs = new FamilyRefs(symbols);
  private final Said said = new Said();
  private boolean typeLabels;

  // Of the last series with metadata in this request.
  private int lastMetricName = Symbols.NONE;
  private int lastMetadataFrom;
  private int lastMetadataTo;

  // Of the series being read.
  private int refsFrom;
  private int refsTo;
  private boolean begun;
  private long createdMillis;

  /** A decoder that refuses requests with more samples, or more metadata entries, than this. */
  public RemoteWrite2Decoder(int maxSamples) {
    super(maxSamples);
  }

  /** The metadata given out so far did not reach storage, or the next request is another's. */
  public void forgetMetadata() {
    known.clear();
  }

  /**
   * Whether series get the labels {@code __type__} and {@code __unit__} of their metadata. Off by
   * default; costs a copy of the label refs of each series that has metadata.
   */
  public void typeLabels(boolean on) {
    typeLabels = on;
  }

  @Override
  public void decode(byte[] bytes, int length, WriteBatch batch) {
    known.beginRequest();
    familyRefs.clear();
    lastMetricName = Symbols.NONE;
    lastMetadataFrom = 0;
    lastMetadataTo = 0;
    start(bytes, length, MESSAGE);
    batch.reset(bytes, symbols);
    readSymbols(length);
    in.reset(bytes, 0, MESSAGE);
    while (in.at() < length) {
      int tag = in.tag(length);
      if (tag == TIMESERIES) {
        in.in("Request.timeseries");
        series(in.end(length), batch);
      } else {
        in.skip(tag, length);
      }
    }
  }

  /** All of them first: protobuf lets them stand behind the series. */
  private void readSymbols(int length) {
    symbols.clear();
    while (in.at() < length) {
      int tag = in.tag(length);
      if (tag == SYMBOLS) {
        int end = in.end(length);
        symbols.add(bytes, in.at(), end);
        in.moveTo(end);
      } else {
        in.skip(tag, length);
      }
    }
  }

  private void series(int end, WriteBatch batch) {
    begun = false;
    readRefs(end, batch);
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case SAMPLES -> {
          in.in("TimeSeries.samples");
          sample(in.end(end), batch);
        }
        case HISTOGRAMS -> {
          in.in("TimeSeries.histograms");
          histogram(in.end(end), createdMillis, batch);
        }
        case EXEMPLARS -> {
          in.in("TimeSeries.exemplars");
          exemplar(in.end(end), batch);
        }
        case METADATA -> {
          in.in("TimeSeries.metadata");
          int metadataEnd = in.end(end);
          if (isAsBefore(metadataEnd)) {
            in.moveTo(metadataEnd);
          } else {
            metadata(metadataEnd, batch);
          }
        }
        default -> in.skip(tag, end);
      }
    }
  }

  /**
   * Finds what has to be known before samples are read, and leaves the reader at the first field
   * that may be one.
   */
  private void readRefs(int end, WriteBatch batch) {
    refs.read(end, batch);
    refsFrom = refs.from;
    refsTo = refs.to;
    createdMillis = refs.createdMillis;
    int rest = in.at();
    if (typeLabels && refs.metadataFrom < refs.metadataTo) {
      addFamilyLabels(refs.metadataFrom, refs.metadataTo, batch);
    }
    in.in("TimeSeries.labels_refs");
    in.moveTo(refsFrom);
    symbols.fold(bytes, refsTo);
    in.moveTo(rest);
  }

  /** Brings refs with type and unit behind the request, instead of those that were sent. */
  private void addFamilyLabels(int metadataFrom, int metadataTo, WriteBatch batch) {
    in.in("TimeSeries.metadata");
    in.moveTo(metadataFrom);
    said.read(metadataTo);
    boolean hasUnit = said.unit >= 0 && symbols.from(said.unit) < symbols.to(said.unit);
    if (said.type == MetricType.UNKNOWN && !hasUnit) {
      return;
    }
    FamilyRefs.Appending behind = text -> append(text, batch);
    familyRefs.begin();
    boolean typeIsDue = said.type != MetricType.UNKNOWN;
    boolean unitIsDue = hasUnit;
    in.in("TimeSeries.labels_refs");
    in.moveTo(refsFrom);
    while (in.at() < refsTo) {
      int name = symbols.ref(refsTo);
      int value = symbols.ref(refsTo);
      int toType = FamilyRefs.compareWithType(bytes, symbols.from(name), symbols.to(name));
      int toUnit = FamilyRefs.compareWithUnit(bytes, symbols.from(name), symbols.to(name));
      if (typeIsDue && toType >= 0) {
        familyRefs.add(familyRefs.typeName(behind), familyRefs.type(said.type, behind));
        typeIsDue = false;
      }
      if (unitIsDue && toUnit >= 0) {
        familyRefs.add(familyRefs.unitName(behind), said.unit);
        unitIsDue = false;
      }
      boolean isReplaced = toType == 0 && said.type != MetricType.UNKNOWN || toUnit == 0 && hasUnit;
      if (!isReplaced) {
        familyRefs.add(name, value);
      }
    }
    if (typeIsDue) {
      familyRefs.add(familyRefs.typeName(behind), familyRefs.type(said.type, behind));
    }
    if (unitIsDue) {
      familyRefs.add(familyRefs.unitName(behind), said.unit);
    }
    refsFrom = append(familyRefs.refs(), batch);
    refsTo = used();
  }

  @Override
  void begin(WriteBatch batch) {
    if (!begun) {
      batch.addSeries(refsFrom, refsTo, symbols.hash(), symbols.check());
      begun = true;
    }
  }

  private void sample(int end, WriteBatch batch) {
    long bits = 0;
    long timestampMillis = 0;
    long startMillis = createdMillis;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case SAMPLE_VALUE -> bits = in.fixed64(end);
        case SAMPLE_TIMESTAMP -> timestampMillis = in.varint(end);
        case SAMPLE_START -> startMillis = in.varint(end);
        default -> in.skip(tag, end);
      }
    }
    checkRoomForSample(batch);
    begin(batch);
    batch.addSample(timestampMillis, bits, startMillis);
  }

  private void exemplar(int end, WriteBatch batch) {
    refs.read(end, batch);
    long bits = 0;
    long timestampMillis = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case EXEMPLAR_VALUE -> bits = in.fixed64(end);
        case EXEMPLAR_TIMESTAMP -> timestampMillis = in.varint(end);
        default -> in.skip(tag, end);
      }
    }
    int rest = in.at();
    in.moveTo(refs.from);
    symbols.check(refs.to);
    in.moveTo(rest);
    checkRoomForExemplar(batch);
    begin(batch);
    batch.addExemplar(refs.from, refs.to, timestampMillis, bits);
  }

  @Override
  Labels seriesLabels() {
    return symbols.series(bytes, refsFrom, refsTo);
  }

  /** Whether the last series had the same metric name and metadata, as neighbours mostly have. */
  private boolean isAsBefore(int end) {
    int from = in.at();
    boolean same =
        symbols.metricName() == lastMetricName
            && Arrays.equals(bytes, from, end, bytes, lastMetadataFrom, lastMetadataTo);
    lastMetricName = symbols.metricName();
    lastMetadataFrom = from;
    lastMetadataTo = end;
    return same;
  }

  private void metadata(int end, WriteBatch batch) {
    said.read(end);
    int help = said.help;
    int unit = said.unit;
    int name = symbols.metricName();
    MetricType metricType = said.type;
    boolean says = metricType != MetricType.UNKNOWN || help >= 0 || unit >= 0;
    if (name >= 0 && says && known.isNew(fingerprint(name, metricType, help, unit))) {
      checkRoomForMetadata(batch);
      String family = family(symbols.text(name), metricType);
      batch.addMetadata(new MetricMetadata(family, metricType, text(help), text(unit)));
    }
  }

  private long fingerprint(int name, MetricType type, int help, int unit) {
    long hash = symbols.hashOf(name) + type.ordinal();
    hash = hash * 31 + (help < 0 ? 0 : symbols.hashOf(help));
    return hash * 31 + (unit < 0 ? 0 : symbols.hashOf(unit));
  }

  private String text(int symbol) {
    return symbol < 0 ? "" : symbols.text(symbol);
  }

  /** The family of a series: 2.0 does not send its name. */
  private static String family(String metric, MetricType type) {
    return switch (type) {
      case HISTOGRAM, GAUGEHISTOGRAM -> without(metric, "_bucket", "_count", "_sum");
      case SUMMARY -> without(metric, "_count", "_sum");
      default -> metric;
    };
  }

  private static String without(String metric, String... suffixes) {
    for (String suffix : suffixes) {
      if (metric.endsWith(suffix) && metric.length() > suffix.length()) {
        return metric.substring(0, metric.length() - suffix.length());
      }
    }
    return metric;
  }

  /** Metadata of a series. */
  private final class Said {
    MetricType type = MetricType.UNKNOWN;
    int help;
    int unit;

    void read(int end) {
      long number = 0;
      help = Symbols.NONE;
      unit = Symbols.NONE;
      while (in.at() < end) {
        int tag = in.tag(end);
        switch (tag) {
          case METADATA_TYPE -> number = in.varint(end);
          case METADATA_HELP -> help = symbols.ref(end);
          case METADATA_UNIT -> unit = symbols.ref(end);
          default -> in.skip(tag, end);
        }
      }
      type = RemoteWrite1Decoder.type(number);
    }
  }

  /** Label refs of one message, a series or an exemplar: usually one packed field in front. */
  private final class Refs {
    int from;
    int to;
    long createdMillis;
    int metadataFrom;
    int metadataTo;

    /** Finds them; the reader is then at the first field that is none. */
    void read(int end, WriteBatch batch) {
      int messageFrom = in.at();
      from = messageFrom;
      to = messageFrom;
      if (messageFrom < end && bytes[messageFrom] == LABELS_REFS) {
        in.moveTo(messageFrom + 1);
        to = in.end(end);
        from = in.at();
        in.moveTo(to);
      }
      int rest = in.at();
      if (lookAhead(end)) {
        gather(messageFrom, end, batch);
      }
      in.moveTo(rest);
    }

    /** Reads what applies to a whole series; whether more refs stand among the fields. */
    private boolean lookAhead(int end) {
      createdMillis = 0;
      metadataFrom = 0;
      metadataTo = 0;
      boolean scattered = false;
      while (in.at() < end) {
        int tag = in.tag(end);
        if (tag == CREATED_TIMESTAMP) {
          createdMillis = in.varint(end);
        } else if (typeLabels && tag == METADATA) {
          metadataTo = in.end(end);
          metadataFrom = in.at();
          in.moveTo(metadataTo);
        } else {
          in.skip(tag, end);
          scattered |= tag == LABELS_REFS || tag == LABELS_REF;
        }
      }
      return scattered;
    }

    /** Brings refs together behind the request: packed in pieces, or one field each. */
    private void gather(int messageFrom, int end, WriteBatch batch) {
      int gatheredFrom = used();
      in.moveTo(messageFrom);
      while (in.at() < end) {
        int tag = in.tag(end);
        int valueFrom = in.at();
        if (tag == LABELS_REFS) {
          int valueTo = in.end(end);
          append(in.at(), valueTo, batch);
          in.moveTo(valueTo);
        } else {
          in.skip(tag, end);
          if (tag == LABELS_REF) {
            append(valueFrom, in.at(), batch);
          }
        }
      }
      from = gatheredFrom;
      to = used();
    }
  }
}
