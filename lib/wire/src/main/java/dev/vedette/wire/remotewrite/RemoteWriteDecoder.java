package dev.vedette.wire.remotewrite;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome.Refusal;
import dev.vedette.wire.proto.ProtoReader;
import java.util.Arrays;
import java.util.List;

/**
 * Turns the messages of remote write into a batch, whose label ranges then lie in the message's
 * bytes. Fields are taken as protobuf takes them: in any order, the last value of a field wins. A
 * sample costs no object. One thread at a time.
 */
public abstract sealed class RemoteWriteDecoder permits RemoteWrite1Decoder, RemoteWrite2Decoder {
  static final int SAMPLE_VALUE = 1 << 3 | ProtoReader.FIXED64;
  static final int SAMPLE_TIMESTAMP = 2 << 3 | ProtoReader.VARINT;
  static final int EXEMPLAR_VALUE = 2 << 3 | ProtoReader.FIXED64;
  static final int EXEMPLAR_TIMESTAMP = 3 << 3 | ProtoReader.VARINT;

  private final int maxSamples;
  final ProtoReader in =
      new ProtoReader(
          ErrorId.INVALID_REQUEST,
          "send the message that the Content-Type names, compressed as Content-Encoding says");
  byte[] bytes = new byte[0];
  private int used;
  private final HistogramMessage histogram = new HistogramMessage();
  private int invalidHistograms;
  private String invalidHistogram = "";

  RemoteWriteDecoder(int maxSamples) {
    this.maxSamples = maxSamples;
  }

  /**
   * Decodes the first {@code length} bytes into a batch, whose label ranges then lie in {@code
   * bytes}, or in a larger copy where a sender scattered the labels of a series and they had to be
   * brought together behind {@code length}. Valid until the decoder's next request.
   *
   * @throws InvalidRequest where the bytes are not such a message, or ({@code body-too-large}) hold
   *     too many samples; the batch is then useless
   */
  public abstract void decode(byte[] bytes, int length, WriteBatch batch);

  /** What of the last request was left out of the batch, as no sink may take it. */
  public final List<Refusal> refusals() {
    return invalidHistograms == 0
        ? List.of()
        : List.of(
            new Refusal(ErrorId.INVALID_HISTOGRAM, invalidHistograms, invalidHistogram, false));
  }

  final void start(byte[] bytes, int length, String message) {
    this.bytes = bytes;
    used = length;
    invalidHistograms = 0;
    in.reset(bytes, 0, message);
  }

  /** End of what is used of the bytes: the message, and what was appended behind it. */
  final int used() {
    return used;
  }

  /** Copies a range of the bytes behind all others. */
  final void append(int from, int to, WriteBatch batch) {
    int size = to - from;
    if (used + size > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(used + size, used + used / 2));
      in.moved(bytes);
      batch.replaceBytes(bytes);
    }
    System.arraycopy(bytes, from, bytes, used, size);
    used += size;
  }

  /** Copies a text behind all bytes and gives back where it stands. */
  final int append(byte[] text, WriteBatch batch) {
    int at = used;
    if (used + text.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(used + text.length, used + used / 2));
      in.moved(bytes);
      batch.replaceBytes(bytes);
    }
    System.arraycopy(text, 0, bytes, used, text.length);
    used += text.length;
    return at;
  }

  final void checkRoomForSample(WriteBatch batch) {
    if (batch.sampleCount() + batch.histogramCount() >= maxSamples) {
      throw tooMany("samples");
    }
  }

  final void checkRoomForExemplar(WriteBatch batch) {
    if (batch.exemplarCount() == maxSamples) {
      throw tooMany("exemplars");
    }
  }

  /** Begins the series being read in the batch, if that was not done yet. */
  abstract void begin(WriteBatch batch);

  /** The labels of the series being read. */
  abstract Labels seriesLabels();

  /** Reads a histogram of the series; one that is none is a refusal, not an error. */
  final void histogram(int end, long seriesStartMillis, WriteBatch batch) {
    histogram.read(in, end, seriesStartMillis);
    checkRoomForSample(batch);
    Histogram read;
    try {
      read = histogram.histogram();
    } catch (InvalidRequest e) {
      if (invalidHistograms++ == 0) {
        invalidHistogram = "series %s: %s".formatted(described(), e.advice());
      }
      return;
    }
    begin(batch);
    batch.addHistogram(histogram.timestampMillis(), read, histogram.startMillis());
  }

  private String described() {
    try {
      return seriesLabels().toString();
    } catch (InvalidRequest e) {
      return "(" + e.getMessage() + ")";
    }
  }

  final void checkRoomForMetadata(WriteBatch batch) {
    if (batch.metadata().size() == maxSamples) {
      throw tooMany("metadata entries");
    }
  }

  private InvalidRequest tooMany(String what) {
    return new InvalidRequest(
        ErrorId.BODY_TOO_LARGE,
        "the request holds more than %d %s".formatted(maxSamples, what),
        "send fewer a request (max_samples_per_send of a Prometheus)");
  }
}
