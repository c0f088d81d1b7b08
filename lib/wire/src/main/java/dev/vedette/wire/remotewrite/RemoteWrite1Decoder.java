package dev.vedette.wire.remotewrite;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.WriteBatch;
import dev.vedette.wire.proto.ProtoReader;

/**
 * Decodes {@code prometheus.WriteRequest} (remote write 1.0). The labels of a series are one range
 * of the request's bytes and stay there, unread. A series with nothing in it is left out.
 */
public final class RemoteWrite1Decoder extends RemoteWriteDecoder {
  private static final String MESSAGE = "WriteRequest";
  private static final int TIMESERIES = 1 << 3 | ProtoReader.LENGTH;
  private static final int METADATA = 3 << 3 | ProtoReader.LENGTH;

  private static final int LABELS = 1 << 3 | ProtoReader.LENGTH;
  private static final int SAMPLES = 2 << 3 | ProtoReader.LENGTH;
  private static final int EXEMPLARS = 3 << 3 | ProtoReader.LENGTH;
  private static final int HISTOGRAMS = 4 << 3 | ProtoReader.LENGTH;

  private static final int METADATA_TYPE = 1 << 3 | ProtoReader.VARINT;
  private static final int METADATA_FAMILY = 2 << 3 | ProtoReader.LENGTH;
  private static final int METADATA_HELP = 4 << 3 | ProtoReader.LENGTH;
  private static final int METADATA_UNIT = 5 << 3 | ProtoReader.LENGTH;
  private static final MetricType[] TYPES = MetricType.values();

  // Of the message whose labels were found last, a series or one of its exemplars.
  private int labelsFrom;
  private int labelsTo;

  // Of the series being read.
  private int seriesFrom;
  private int seriesTo;
  private boolean begun;

  /** A decoder that refuses requests with more samples, or more metadata entries, than this. */
  public RemoteWrite1Decoder(int maxSamples) {
    super(maxSamples);
  }

  @Override
  public void decode(byte[] bytes, int length, WriteBatch batch) {
    start(bytes, length, MESSAGE);
    batch.reset(bytes);
    while (in.at() < length) {
      int tag = in.tag(length);
      switch (tag) {
        case TIMESERIES -> {
          in.in("WriteRequest.timeseries");
          series(in.end(length), batch);
        }
        case METADATA -> {
          in.in("WriteRequest.metadata");
          metadata(in.end(length), batch);
        }
        default -> in.skip(tag, length);
      }
    }
  }

  private void series(int end, WriteBatch batch) {
    findLabels(end, batch);
    seriesFrom = labelsFrom;
    seriesTo = labelsTo;
    begun = false;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case SAMPLES -> {
          in.in("TimeSeries.samples");
          sample(in.end(end), batch);
        }
        case EXEMPLARS -> {
          in.in("TimeSeries.exemplars");
          exemplar(in.end(end), batch);
        }
        case HISTOGRAMS -> {
          in.in("TimeSeries.histograms");
          histogram(in.end(end), 0, batch);
        }
        default -> in.skip(tag, end);
      }
    }
  }

  /** Finds a message's labels and leaves the reader at the first field that is none. */
  private void findLabels(int end, WriteBatch batch) {
    labelsFrom = in.at();
    skipLabels(end);
    labelsTo = in.at();
    if (hasLabels(end)) {
      labelsFrom = gather(labelsFrom, end, batch);
      labelsTo = used();
    }
  }

  /** Moves to the first field that is no label. */
  private void skipLabels(int end) {
    while (in.at() < end && bytes[in.at()] == LABELS) {
      in.moveTo(in.at() + 1);
      in.moveTo(in.end(end));
    }
  }

  /** Whether labels follow after the reader, which stays. */
  private boolean hasLabels(int end) {
    int resume = in.at();
    boolean found = false;
    while (!found && in.at() < end) {
      int tag = in.tag(end);
      in.skip(tag, end);
      found = tag == LABELS;
    }
    in.moveTo(resume);
    return found;
  }

  /** Copies all label fields of a message behind the request, one after another. */
  private int gather(int from, int end, WriteBatch batch) {
    int resume = in.at();
    int gatheredFrom = used();
    in.moveTo(from);
    while (in.at() < end) {
      int fieldFrom = in.at();
      int tag = in.tag(end);
      in.skip(tag, end);
      if (tag == LABELS) {
        append(fieldFrom, in.at(), batch);
      }
    }
    in.moveTo(resume);
    return gatheredFrom;
  }

  @Override
  void begin(WriteBatch batch) {
    if (!begun) {
      batch.addSeries(seriesFrom, seriesTo);
      begun = true;
    }
  }

  @Override
  Labels seriesLabels() {
    return LabelBytes.decode(bytes, seriesFrom, seriesTo);
  }

  private void sample(int end, WriteBatch batch) {
    long bits = 0;
    long timestampMillis = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case SAMPLE_VALUE -> bits = in.fixed64(end);
        case SAMPLE_TIMESTAMP -> timestampMillis = in.varint(end);
        default -> in.skip(tag, end);
      }
    }
    checkRoomForSample(batch);
    begin(batch);
    batch.addSample(timestampMillis, bits);
  }

  private void exemplar(int end, WriteBatch batch) {
    findLabels(end, batch);
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
    checkRoomForExemplar(batch);
    begin(batch);
    batch.addExemplar(labelsFrom, labelsTo, timestampMillis, bits);
  }

  private void metadata(int end, WriteBatch batch) {
    MetricType type = MetricType.UNKNOWN;
    String family = "";
    String help = "";
    String unit = "";
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case METADATA_TYPE -> type = type(in.varint(end));
        case METADATA_FAMILY -> family = in.text(end);
        case METADATA_HELP -> help = in.text(end);
        case METADATA_UNIT -> unit = in.text(end);
        default -> in.skip(tag, end);
      }
    }
    checkRoomForMetadata(batch);
    if (!family.isEmpty()) {
      batch.addMetadata(new MetricMetadata(family, type, help, unit));
    }
  }

  static MetricType type(long number) {
    // Our types are declared in the order of the protocol's numbers.
    return number >= 0 && number < TYPES.length ? TYPES[(int) number] : MetricType.UNKNOWN;
  }
}
