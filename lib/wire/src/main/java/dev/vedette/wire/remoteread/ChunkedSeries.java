package dev.vedette.wire.remoteread;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.wire.chunk.SampleChunks;
import dev.vedette.wire.proto.ProtoWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * One series of a streamed answer: its samples as chunks, encoded. Immutable. Streams are in the
 * labels' own order, so whoever sends many sorts them first.
 */
public final class ChunkedSeries {
  /** The {@code Content-Type} of a stream of these. */
  public static final String CONTENT_TYPE =
      "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse";

  private static final int SERIES = 1;
  private static final int QUERY_INDEX = 2;
  private static final int CHUNKS = 2;

  private final Labels labels;
  // Chunk fields of the message, one after another, and where each ends.
  private final byte[] chunks;
  private final int[] ends;

  private ChunkedSeries(Labels labels, byte[] chunks, int[] ends) {
    this.labels = labels;
    this.chunks = chunks;
    this.ends = ends;
  }

  /** Encodes series one after another with the same buffers. One thread. */
  public static final class Encoder {
    private final SampleChunks samples = new SampleChunks();
    private final ProtoWriter out = new ProtoWriter();
    private int[] ends = new int[16];

    /** Encodes all samples of a series of a batch. */
    public ChunkedSeries encode(SeriesBatch batch, int series) {
      out.clear();
      int count = 0;
      samples.begin(
          batch.timestamps(series),
          batch.values(series),
          batch.histograms(series),
          batch.size(series));
      while (samples.next()) {
        int chunk = out.begin(CHUNKS);
        out.varint(1, samples.minMillis());
        out.varint(2, samples.maxMillis());
        out.varint(3, samples.encoding());
        out.field(4, samples.bytes(), 0, samples.length());
        out.end(chunk);
        if (count == ends.length) {
          ends = Arrays.copyOf(ends, count * 2);
        }
        ends[count++] = out.size();
      }
      return new ChunkedSeries(batch.labels(series), out.toByteArray(), Arrays.copyOf(ends, count));
    }
  }

  public Labels labels() {
    return labels;
  }

  /** Bytes it holds, about. */
  public int size() {
    return chunks.length + ends.length * Integer.BYTES + labels.size() * 64;
  }

  /**
   * Writes it in frames of a length, a CRC-32C and a message each. A frame holds at least one chunk
   * and ends before the one that would not fit any more.
   */
  public void write(int queryIndex, int mostFrameBytes, OutputStream target) throws IOException {
    ProtoWriter message = new ProtoWriter();
    byte[] labelBytes = LabelBytes.encode(labels);
    int next = 0;
    while (next < ends.length) {
      int from = next == 0 ? 0 : ends[next - 1];
      int room = mostFrameBytes - labelBytes.length;
      do {
        next++;
      } while (next < ends.length && ends[next] - from <= room);
      message.clear();
      int series = message.begin(SERIES);
      message.raw(labelBytes, 0, labelBytes.length);
      message.raw(chunks, from, ends[next - 1]);
      message.end(series);
      message.varint(QUERY_INDEX, queryIndex);
      frame(message, target);
    }
  }

  private static void frame(ProtoWriter message, OutputStream target) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(message.bytes(), 0, message.size());
    ProtoWriter head = new ProtoWriter();
    head.number(message.size());
    target.write(head.bytes(), 0, head.size());
    int sum = (int) crc.getValue();
    for (int shift = 24; shift >= 0; shift -= 8) {
      target.write(sum >>> shift & 0xff);
    }
    target.write(message.bytes(), 0, message.size());
  }
}
