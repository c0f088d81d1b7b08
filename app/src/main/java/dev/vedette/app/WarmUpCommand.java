package dev.vedette.app;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.runtime.http.ListenAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.concurrent.Callable;
import org.xerial.snappy.Snappy;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The run that the build lets the JVM watch to prepare its cache of loaded classes: start, take
 * samples in, answer, stop.
 */
@Command(name = "warm-up", hidden = true, description = "Start, answer a few requests, stop.")
final class WarmUpCommand implements Callable<Integer> {
  private static final String[] READS = {
    "/-/ready",
    "/metrics",
    "/agent/metrics",
    "/api/v1/targets",
    "/api/v1/labels",
    "/api/v1/status/tsdb",
    "/api/v1/query?query=sum(rate(warm_up%5B5m%5D))%20by%20(job)",
    "/api/v1/query?query=up",
  };

  @Option(names = "--data", paramLabel = "DIR", required = true)
  private Path data = Path.of("");

  private final HttpClient http = HttpClient.newHttpClient();

  @Override
  public Integer call() throws Exception {
    Vedette.Options options =
        new Vedette.Options(ListenAddress.ANY_LOOPBACK_PORT, data, null, EnumSet.allOf(Role.class));
    try (Vedette vedette = Vedette.start(options)) {
      URI address = URI.create(vedette.url());
      expect(
          204,
          HttpRequest.newBuilder(address.resolve("/api/v1/write"))
              .POST(HttpRequest.BodyPublishers.ofByteArray(oneSample()))
              .header("Content-Type", "application/x-protobuf")
              .header("Content-Encoding", "snappy"));
      for (String path : READS) {
        expect(200, HttpRequest.newBuilder(address.resolve(path)).GET());
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private void expect(int status, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpRequest built = request.build();
    HttpResponse<String> answer = http.send(built, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != status) {
      throw new IllegalStateException(
          "%s answered %d: %s".formatted(built.uri(), answer.statusCode(), answer.body()));
    }
  }

  /** A remote write request of one series: {@code warm_up} is 1 now. */
  private static byte[] oneSample() throws IOException {
    byte[] labels = LabelBytes.encode(Labels.of(Labels.METRIC_NAME, "warm_up", "job", "build"));
    ByteBuffer sample = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    sample.put((byte) 0x09).putDouble(1).put((byte) 0x10);
    for (long rest = System.currentTimeMillis(); ; rest >>>= 7) {
      if (rest < 0x80) {
        sample.put((byte) rest);
        break;
      }
      sample.put((byte) (rest | 0x80));
    }
    // All lengths are below 128: one byte each.
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.write(0x0A);
    request.write(labels.length + 2 + sample.position());
    request.writeBytes(labels);
    request.write(0x12);
    request.write(sample.position());
    request.write(sample.array(), 0, sample.position());
    return Snappy.compress(request.toByteArray());
  }
}
