package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.Utf8;
import dev.vedette.testkit.ChunkDecoder;
import dev.vedette.testkit.ChunkDecoder.Sample;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.wire.proto.ProtoReader;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.xerial.snappy.Snappy;

/** Asks by remote read as a Prometheus does, and reads both forms of the answer. */
final class ReadClient {
  private final TestServer server;

  ReadClient(TestServer server) {
    this.server = server;
  }

  /** A request for all series of one metric and all time. */
  static ProtoMessage query(String metric) {
    ProtoMessage matcher =
        new ProtoMessage().field(2, Utf8.encode("__name__")).field(3, Utf8.encode(metric));
    return new ProtoMessage().varint(2, Long.MAX_VALUE).field(3, matcher);
  }

  HttpResponse<byte[]> ask(ProtoMessage request) throws IOException, InterruptedException {
    return send(Snappy.compress(request.bytes()));
  }

  HttpResponse<byte[]> send(byte[] body) throws IOException, InterruptedException {
    HttpRequest post =
        server
            .to("/api/v1/read")
            .header("Content-Type", "application/x-protobuf")
            .header("Content-Encoding", "snappy")
            .header("Accept-Encoding", "snappy")
            .header("X-Prometheus-Remote-Read-Version", "0.1.0")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    return server.client().send(post, BodyHandlers.ofByteArray());
  }

  /** Float samples of an answer in one message, query by query. */
  static List<Map<Labels, List<Sample>>> samples(byte[] body) throws IOException {
    byte[] message = Snappy.uncompress(body);
    List<Map<Labels, List<Sample>>> results = new ArrayList<>();
    ProtoReader in = reader(message);
    while (in.at() < message.length) {
      assertThat(in.tag(message.length)).isEqualTo(1 << 3 | ProtoReader.LENGTH);
      int end = in.end(message.length);
      Map<Labels, List<Sample>> series = new LinkedHashMap<>();
      while (in.at() < end) {
        assertThat(in.tag(end)).isEqualTo(1 << 3 | ProtoReader.LENGTH);
        series(in, message, in.end(end), series);
      }
      results.add(series);
    }
    return results;
  }

  private static void series(
      ProtoReader in, byte[] message, int end, Map<Labels, List<Sample>> found) {
    int labelsFrom = in.at();
    int labelsTo = labelsFrom;
    List<Sample> samples = new ArrayList<>();
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag >>> 3) {
        case 1 -> {
          in.skip(tag, end);
          labelsTo = in.at();
        }
        case 2 -> {
          int sampleEnd = in.end(end);
          in.tag(sampleEnd);
          long bits = in.fixed64(sampleEnd);
          long millis = in.tag(sampleEnd) == 2 << 3 ? in.varint(sampleEnd) : 0;
          samples.add(new Sample(millis, bits, null));
        }
        default -> in.skip(tag, end);
      }
    }
    found.put(LabelBytes.decode(message, labelsFrom, labelsTo), samples);
  }

  /** One frame of a streamed answer. */
  record Frame(int query, Labels labels, List<Sample> samples, int bytes) {}

  static List<Frame> frames(byte[] body) {
    List<Frame> frames = new ArrayList<>();
    ProtoReader in = reader(body);
    while (in.at() < body.length) {
      int length = (int) in.varint(body.length);
      int sum = 0;
      for (int i = 0; i < 4; i++) {
        sum = sum << 8 | body[in.at() + i] & 0xff;
      }
      int from = in.at() + 4;
      CRC32C crc = new CRC32C();
      crc.update(body, from, length);
      assertThat((int) crc.getValue()).isEqualTo(sum);
      frames.add(frame(Arrays.copyOfRange(body, from, from + length)));
      in.moveTo(from + length);
    }
    return frames;
  }

  private static Frame frame(byte[] message) {
    ProtoReader in = reader(message);
    assertThat(in.tag(message.length)).isEqualTo(1 << 3 | ProtoReader.LENGTH);
    int end = in.end(message.length);
    int labelsFrom = in.at();
    int labelsTo = labelsFrom;
    List<Sample> samples = new ArrayList<>();
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag >>> 3 == 1) {
        in.skip(tag, end);
        labelsTo = in.at();
      } else {
        samples.addAll(chunk(in, message, in.end(end)));
      }
    }
    int query = 0;
    if (in.at() < message.length) {
      assertThat(in.tag(message.length)).isEqualTo(2 << 3);
      query = (int) in.varint(message.length);
    }
    return new Frame(
        query, LabelBytes.decode(message, labelsFrom, labelsTo), samples, message.length);
  }

  private static List<Sample> chunk(ProtoReader in, byte[] message, int end) {
    int encoding = 0;
    byte[] data = {};
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag >>> 3) {
        case 3 -> encoding = (int) in.varint(end);
        case 4 -> {
          int to = in.end(end);
          data = Arrays.copyOfRange(message, in.at(), to);
          in.moveTo(to);
        }
        default -> in.skip(tag, end);
      }
    }
    return ChunkDecoder.decode(encoding, data);
  }

  private static ProtoReader reader(byte[] bytes) {
    ProtoReader in = new ProtoReader(ErrorId.INVALID_REQUEST, "");
    in.reset(bytes, 0, "the answer");
    return in;
  }
}
