package dev.vedette.app;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Targets that the server of the trial run scrapes, each with a page of some hundred lines of which
 * a part changes, and the resource that names them.
 */
final class WarmUpTargets implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WarmUpTargets.class);

  private static final String HOST = "127.0.0.1";
  private static final int TARGETS = 10;
  private static final int LINES = 300;
  private static final long PATIENCE_SECONDS = 60;

  private final List<ServerSocket> sockets = new ArrayList<>();
  private final Path folder;
  // One permit for each page sent.
  private final Semaphore scrapes = new Semaphore(0);

  /** Opens the targets. */
  WarmUpTargets() throws IOException {
    folder = Files.createTempDirectory("vedette-warm-up");
    StringBuilder resource =
        new StringBuilder(
            """
            apiVersion: vedette.dev/v1alpha1
            kind: ScrapeTarget
            metadata:
              name: warm-up
            spec:
              interval: 1s
              static:
                targets:
            """);
    for (int i = 0; i < TARGETS; i++) {
      ServerSocket socket = new ServerSocket(0, 50, InetAddress.getByName(HOST));
      sockets.add(socket);
      resource.append("    - ").append(HOST).append(':').append(socket.getLocalPort()).append('\n');
      Thread.ofVirtual().start(() -> accept(socket));
    }
    Files.writeString(folder.resolve("warm-up.yaml"), resource);
  }

  /** The folder of resources, with copies of those of another one. */
  Path resourcesWith(Path others) throws IOException {
    try (Stream<Path> files = Files.list(others)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName().toString()));
      }
    }
    return folder;
  }

  /**
   * Returns once each was scraped so often, on the average, or after a minute: the JVM has seen
   * less then, which is no reason for a build to fail.
   */
  void awaitScrapes(int each) throws InterruptedException {
    if (!scrapes.tryAcquire(TARGETS * each, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      log.warn(
          "few pages were scraped, so that the first scrapes of a server may cost more: pages={}"
              + " expected={} seconds={}",
          scrapes.availablePermits(),
          TARGETS * each,
          PATIENCE_SECONDS);
    }
  }

  private void accept(ServerSocket server) {
    try (server) {
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed, at the end of the run.
      return;
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      for (int scrape = 0; readRequest(in); scrape++) {
        byte[] page = page(scrape);
        String head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: %d\r\n\r\n"
                .formatted(page.length);
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(page);
        out.flush();
        scrapes.release();
      }
    } catch (IOException e) {
      // The server that scraped has stopped.
      return;
    }
  }

  /** Reads up to the empty line behind a request's headers; false where no request comes. */
  private static boolean readRequest(InputStream in) throws IOException {
    int newlines = 0;
    for (int c = in.read(); c >= 0; c = in.read()) {
      newlines = c == '\n' ? newlines + 1 : c == '\r' ? newlines : 0;
      if (newlines == 2) {
        return true;
      }
    }
    return false;
  }

  private static byte[] page(int scrape) {
    StringBuilder page = new StringBuilder(LINES * 80);
    for (int line = 0; line < LINES; line++) {
      if (line % 10 == 0) {
        page.append("# HELP scraped_").append(line).append(" What it counts.\n");
        page.append("# TYPE scraped_").append(line).append(" gauge\n");
      }
      page.append("scraped_").append(line / 10 * 10).append("{device=\"d").append(line % 10);
      page.append("\",mode=\"idle\"} ");
      switch (line % 4) {
        case 0 -> page.append(line);
        case 1 -> page.append(scrape * 1000L + line);
        case 2 -> page.append((scrape * 31 + line) % 1000 / 10.0);
        default -> page.append("1.2345e+06");
      }
      page.append('\n');
    }
    return page.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
