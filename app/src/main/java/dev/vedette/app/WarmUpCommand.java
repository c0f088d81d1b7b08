package dev.vedette.app;

import dev.vedette.runtime.http.ListenAddress;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.concurrent.Callable;
import org.xerial.snappy.Snappy;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The run that the build lets the JVM watch: start, take in a scrape of many series over and over
 * by both versions of remote write, scrape some targets, answer, stop, start again with a log to
 * read, flush. The JVM keeps the classes it loaded, linked, and what it learnt of the methods, so
 * that a server is quick from its first second.
 */
@Command(name = "warm-up", hidden = true, description = "Start, work for some seconds, stop.")
final class WarmUpCommand implements Callable<Integer> {
  private static final int WRITES = 60;
  private static final int SCRAPES = 4;
  private static final int READ_ROUNDS = 2;
  private static final long STEP_MILLIS = 15_000;

  // Rounds until the methods of a query are compiled for good, which is what a start profits from.
  private static final int QUERIES_OF_MEMORY = 50;
  private static final int QUERIES_OF_BLOCKS = 20;

  private static final String VERSION_1 =
      "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\n";
  private static final String VERSION_2 =
      "Content-Type: application/x-protobuf;proto=io.prometheus.write.v2.Request\r\n"
          + "Content-Encoding: snappy\r\n";

  private static final String[] READS = {
    "/-/ready",
    "/metrics",
    "/agent/metrics",
    "/api/v1/targets",
    "/api/v1/labels",
    "/api/v1/label/instance/values",
    "/api/v1/series?match%5B%5D=warm_up_1",
    "/api/v1/status/tsdb",
    "/api/v1/query?query=up",
    "/api/v1/query?query=count%20by%20(__name__)%20(%7B__name__%3D~%22warm_up_.*%22%7D)",
    "/api/v1/query_range?query=sum(rate(warm_up_1%5B5m%5D))&start=%d&end=%d&step=15",
    "/api/v1/query_range?query=max_over_time(warm_up_2%5B5m%5D)%2Fwarm_up_3&start=%d&end=%d&step=15",
  };

  @Option(names = "--data", paramLabel = "DIR", required = true)
  private Path data = Path.of("");

  @Override
  public Integer call() throws Exception {
    try (WarmUpTargets targets = new WarmUpTargets()) {
      run(targets, targets.resourcesWith(ResourceFolder.quickstart()));
    }
    return CommandLine.ExitCode.OK;
  }

  private void run(WarmUpTargets targets, Path resources) throws Exception {
    Vedette.Options options =
        new Vedette.Options(
            ListenAddress.ANY_LOOPBACK_PORT, data, resources, EnumSet.allOf(Role.class));
    long end = System.currentTimeMillis();
    try (Vedette vedette = Vedette.start(options)) {
      URI address = URI.create(vedette.url());
      write(address.resolve("/api/v1/write"), end - WRITES * STEP_MILLIS);
      targets.awaitScrapes(SCRAPES);
      read(address, end);
      WarmUpQueries.ask(address, end, QUERIES_OF_MEMORY);
    }
    // Again, now with a log to read, as every start but the first.
    try (Vedette vedette = Vedette.start(options)) {
      Welcome.print(System.out, vedette, 0);
      URI address = URI.create(vedette.url());
      read(address, end);
      expect(204, "POST", address.resolve("/api/v1/admin/tsdb/flush"), "", new byte[0]);
      read(address, end);
      WarmUpQueries.ask(address, end, QUERIES_OF_BLOCKS);
    }
  }

  private static void write(URI receiver, long startMillis) throws IOException {
    WarmUpWrites writes = new WarmUpWrites();
    for (int i = 0; i < WRITES; i++) {
      long time = startMillis + i * STEP_MILLIS;
      byte[] version1 = Snappy.compress(writes.version1(i, time));
      byte[] version2 = Snappy.compress(writes.version2(i, time, startMillis));
      expect(204, "POST", receiver, VERSION_1, version1);
      expect(204, "POST", receiver, VERSION_2, version2);
    }
  }

  private static void read(URI address, long endMillis) throws IOException {
    for (int i = 0; i < READ_ROUNDS; i++) {
      for (String read : READS) {
        String path =
            read.replaceFirst("%d", Long.toString(endMillis / 1000 - 1800))
                .replaceFirst("%d", Long.toString(endMillis / 1000));
        expect(200, "GET", address.resolve(path), "", new byte[0]);
      }
    }
  }

  /**
   * One request over a connection of its own. The JDK's client would do, too, but then its classes
   * were kept for every start.
   */
  private static void expect(int status, String method, URI address, String headers, byte[] body)
      throws IOException {
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      String head =
          "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n"
              .formatted(
                  method,
                  address.toString().substring(address.toString().indexOf('/', 7)),
                  address.getAuthority(),
                  headers,
                  body.length);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(body);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!answer.startsWith("HTTP/1.1 " + status)) {
        throw new IllegalStateException("%s answered %s".formatted(address, answer));
      }
    }
  }
}
