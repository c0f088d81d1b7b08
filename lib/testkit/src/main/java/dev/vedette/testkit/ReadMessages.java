package dev.vedette.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.Utf8;
import dev.vedette.testkit.ChunkDecoder.Sample;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** What a client of remote read asks, and both forms of what it is answered. */
public final class ReadMessages {
  // Fields of a series in an answer in one message.
  private static final int LABELS = 1;
  private static final int SAMPLES = 2;

  private ReadMessages() {}

  /** A request for all series of one metric and all time. */
  public static ProtoMessage query(String metric) {
    ProtoMessage matcher =
        new ProtoMessage().field(2, Utf8.encode("__name__")).field(3, Utf8.encode(metric));
    return new ProtoMessage().varint(2, Long.MAX_VALUE).field(3, matcher);
  }

  /** Float samples of an answer in one message, not compressed, query by query. */
  public static List<Map<Labels, List<Sample>>> samples(byte[] message) {
    List<Map<Labels, List<Sample>>> results = new ArrayList<>();
    for (byte[] result : ProtoFields.messages(message, 1)) {
      Map<Labels, List<Sample>> series = new LinkedHashMap<>();
      for (byte[] one : ProtoFields.messages(result, 1)) {
        series.put(
            labels(one),
            ProtoFields.messages(one, SAMPLES).stream().map(ReadMessages::sample).toList());
      }
      results.add(series);
    }
    return results;
  }

  private static Labels labels(byte[] series) {
    ProtoMessage labels = new ProtoMessage();
    ProtoFields.messages(series, LABELS).forEach(label -> labels.field(LABELS, label));
    byte[] bytes = labels.bytes();
    return LabelBytes.decode(bytes, 0, bytes.length);
  }

  private static Sample sample(byte[] message) {
    return new Sample(number(message, 2), number(message, 1), null);
  }

  /** 0 where it is left out. */
  private static long number(byte[] message, int number) {
    return ProtoFields.of(message).stream()
        .filter(field -> field.number() == number)
        .mapToLong(ProtoFields.Field::value)
        .sum();
  }

  /** One frame of a streamed answer. */
  public record Frame(int query, Labels labels, List<Sample> samples, int bytes) {}

  /** A streamed answer, each frame's checksum looked at. */
  public static List<Frame> frames(byte[] body) {
    List<Frame> frames = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(body);
    while (in.hasRemaining()) {
      int length = varint(in);
      int sum = in.getInt();
      byte[] message = new byte[length];
      in.get(message);
      CRC32C crc = new CRC32C();
      crc.update(message);
      assertThat((int) crc.getValue()).isEqualTo(sum);
      frames.add(frame(message));
    }
    return frames;
  }

  private static int varint(ByteBuffer in) {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static Frame frame(byte[] message) {
    List<byte[]> series = ProtoFields.messages(message, 1);
    assertThat(series).hasSize(1);
    List<Sample> samples = new ArrayList<>();
    for (byte[] chunk : ProtoFields.messages(series.getFirst(), 2)) {
      byte[] data = ProtoFields.messages(chunk, 4).getFirst();
      samples.addAll(ChunkDecoder.decode((int) number(chunk, 3), data));
    }
    return new Frame((int) number(message, 2), labels(series.getFirst()), samples, message.length);
  }
}
