package dev.vedette.wire.remotewrite;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.Utf8;
import dev.vedette.model.WriteBatch;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * Decodes {@code prometheus.WriteRequest} (remote write 1.0). The labels of a series are one range
 * of the request's bytes and stay there, unread; a sample costs no object. Repeated timestamps or
 * fields out of order are taken as protobuf takes them: the last value of a field wins.
 *
 * <p>Exemplars and histograms are counted and skipped. A series without samples is left out. One
 * thread at a time.
 */
public final class RemoteWrite1Decoder {
  private static final int TIMESERIES = 1 << 3 | ProtoCursor.LENGTH;
  private static final int METADATA = 3 << 3 | ProtoCursor.LENGTH;

  private static final int LABELS = 1 << 3 | ProtoCursor.LENGTH;
  private static final int SAMPLES = 2 << 3 | ProtoCursor.LENGTH;
  private static final int EXEMPLARS = 3 << 3 | ProtoCursor.LENGTH;
  private static final int HISTOGRAMS = 4 << 3 | ProtoCursor.LENGTH;

  private static final int SAMPLE_VALUE = 1 << 3 | ProtoCursor.FIXED64;
  private static final int SAMPLE_TIMESTAMP = 2 << 3 | ProtoCursor.VARINT;

  private static final int METADATA_TYPE = 1 << 3 | ProtoCursor.VARINT;
  private static final int METADATA_FAMILY = 2 << 3 | ProtoCursor.LENGTH;
  private static final int METADATA_HELP = 4 << 3 | ProtoCursor.LENGTH;
  private static final int METADATA_UNIT = 5 << 3 | ProtoCursor.LENGTH;
  private static final MetricType[] TYPES = MetricType.values();

  private final int maxSamples;
  private final ProtoCursor in = new ProtoCursor();
  private byte[] bytes = new byte[0];
  private int used;
  private long exemplars;
  private long histograms;

  /** A decoder that refuses requests with more samples, or more metadata entries, than this. */
  public RemoteWrite1Decoder(int maxSamples) {
    this.maxSamples = maxSamples;
  }

  /**
   * Decodes the first {@code length} bytes into a batch, whose label ranges then lie in {@code
   * bytes}, or in a larger copy where a sender scattered the labels of a series and they had to be
   * brought together behind {@code length}.
   *
   * @throws InvalidRequest where the bytes are not such a message, or ({@code body-too-large}) hold
   *     too many samples; the batch is then useless
   */
  public void decode(byte[] bytes, int length, WriteBatch batch) {
    this.bytes = bytes;
    used = length;
    exemplars = 0;
    histograms = 0;
    in.reset(bytes, 0);
    batch.reset(bytes);
    while (in.at() < length) {
      int tag = in.tag(length);
      switch (tag) {
        case TIMESERIES -> series(in.end(length), batch);
        case METADATA -> metadata(in.end(length), batch);
        default -> in.skip(tag, length);
      }
    }
  }

  /** Exemplars of the last request; they are not stored yet. */
  public long exemplars() {
    return exemplars;
  }

  /** Native histograms of the last request; they are not stored yet. */
  public long histograms() {
    return histograms;
  }

  private void series(int end, WriteBatch batch) {
    int labelsFrom = in.at();
    skipLabels(end);
    int labelsTo = in.at();
    if (hasLabels(end)) {
      labelsFrom = gather(labelsFrom, end, batch);
      labelsTo = used;
    }
    samples(labelsFrom, labelsTo, end, batch);
  }

  /** Moves to the first field that is no label. */
  private void skipLabels(int end) {
    while (in.at() < end && bytes[in.at()] == LABELS) {
      in.moveTo(in.at() + 1);
      in.moveTo(in.end(end));
    }
  }

  /** Whether labels follow after the cursor, which stays. */
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

  /** Copies all label fields of a series behind the request, one after another. */
  private int gather(int from, int end, WriteBatch batch) {
    int resume = in.at();
    int gatheredFrom = used;
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

  private void append(int from, int to, WriteBatch batch) {
    int size = to - from;
    if (used + size > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(used + size, used + used / 2));
      in.moved(bytes);
      batch.replaceBytes(bytes);
    }
    System.arraycopy(bytes, from, bytes, used, size);
    used += size;
  }

  private void samples(int labelsFrom, int labelsTo, int end, WriteBatch batch) {
    boolean begun = false;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case SAMPLES -> {
          if (!begun) {
            batch.addSeries(labelsFrom, labelsTo);
            begun = true;
          }
          sample(in.end(end), batch);
        }
        case EXEMPLARS -> {
          exemplars++;
          in.skip(tag, end);
        }
        case HISTOGRAMS -> {
          histograms++;
          in.skip(tag, end);
        }
        default -> in.skip(tag, end);
      }
    }
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
    if (batch.sampleCount() == maxSamples) {
      throw tooMany("samples");
    }
    batch.addSample(timestampMillis, bits);
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
        case METADATA_FAMILY -> family = text(end);
        case METADATA_HELP -> help = text(end);
        case METADATA_UNIT -> unit = text(end);
        default -> in.skip(tag, end);
      }
    }
    if (batch.metadata().size() == maxSamples) {
      throw tooMany("metadata entries");
    }
    if (!family.isEmpty()) {
      batch.addMetadata(new MetricMetadata(family, type, help, unit));
    }
  }

  private static MetricType type(long number) {
    // Our types are declared in the order of the protocol's numbers.
    return number >= 0 && number < TYPES.length ? TYPES[(int) number] : MetricType.UNKNOWN;
  }

  private String text(int limit) {
    int to = in.end(limit);
    try {
      String text = Utf8.decode(bytes, in.at(), to);
      in.moveTo(to);
      return text;
    } catch (CharacterCodingException e) {
      throw new InvalidRequest(
          ErrorId.INVALID_REQUEST,
          "metadata at byte %d of the request is not UTF-8".formatted(in.at()),
          "send family names, help and units as UTF-8",
          e);
    }
  }

  private InvalidRequest tooMany(String what) {
    return new InvalidRequest(
        ErrorId.BODY_TOO_LARGE,
        "the request holds more than %d %s".formatted(maxSamples, what),
        "send fewer a request (max_samples_per_send of a Prometheus)");
  }
}
