package dev.vedette.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Targets to scrape: one loopback address each, {@code 127.0.1.1:PORT} and on, with the series of
 * one instance of the simulated fleet, whose values change with each scrape. Prints how often it
 * was scraped, by user agent, when a line comes in on standard input.
 *
 * <pre>ScrapeTargets port=39300 targets=200 series=500</pre>
 */
public final class ScrapeTargets {
  private static final int FIRST = 1;
  private static final int PER_NET = 250;

  private final Fleet fleet;
  private final int port;
  private final String[] heads;
  private final Map<String, AtomicLong> scrapes = new TreeMap<>();

  private ScrapeTargets(int series, int port) {
    this.fleet = Fleet.simulated(series);
    this.port = port;
    this.heads = new String[series];
    for (int s = 0; s < series; s++) {
      heads[s] = fleet.labels(s) + " ";
    }
  }

  public static void main(String[] words) throws Exception {
    Arguments arguments =
        Arguments.parse(words, Map.of("port", "39300", "targets", "200", "series", "500"));
    ScrapeTargets targets = new ScrapeTargets(arguments.number("series"), arguments.number("port"));
    for (int i = 0; i < arguments.number("targets"); i++) {
      targets.listen(i);
    }
    System.out.println("listening");
    while (System.in.read() >= 0) {
      targets.print();
    }
  }

  /** Where a target listens. */
  static String address(int target, int port) {
    return "127.0.%d.%d:%d".formatted(FIRST + target / PER_NET, FIRST + target % PER_NET, port);
  }

  private synchronized void print() {
    System.out.println(scrapes);
    scrapes.clear();
  }

  private synchronized void count(String agent) {
    scrapes.computeIfAbsent(agent, _ -> new AtomicLong()).incrementAndGet();
  }

  private void listen(int target) throws IOException {
    String address = address(target, port);
    ServerSocket server =
        new ServerSocket(
            port, 50, InetAddress.getByName(address.substring(0, address.indexOf(':'))));
    Thread.ofVirtual().start(() -> accept(target, server));
  }

  private void accept(int target, ServerSocket server) {
    try (server) {
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(target, socket));
      }
    } catch (IOException e) {
      System.err.println("a target stopped: " + e);
    }
  }

  private void serve(int target, Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      for (long scrape = 0; ; scrape++) {
        String agent = request(in);
        if (agent.isEmpty()) {
          return;
        }
        count(agent);
        byte[] page = page(target, System.currentTimeMillis() / 1000);
        out.write(
            ("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: "
                    + page.length
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(page);
        out.flush();
      }
    } catch (IOException e) {
      // The server that scraped has stopped, which is how each measurement ends.
      return;
    }
  }

  /** Reads one request; returns its user agent up to the slash, nothing at the end. */
  private static String request(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    String agent = "";
    boolean any = false;
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n') {
        String header = line.toString().strip();
        if (header.isEmpty()) {
          return any && agent.isEmpty() ? "unknown" : agent;
        }
        any = true;
        if (header.regionMatches(true, 0, "user-agent:", 0, 11)) {
          agent = header.substring(11).strip().split("/", 2)[0];
        }
        line.setLength(0);
      } else {
        line.append((char) c);
      }
    }
    return "";
  }

  private byte[] page(int target, long second) {
    StringBuilder page = new StringBuilder(heads.length * 160);
    for (int s = 0; s < heads.length; s++) {
      page.append(heads[s]);
      double value = fleet.value(target, s, second);
      if (value == Math.rint(value)) {
        page.append((long) value);
      } else {
        page.append(value);
      }
      page.append('\n');
    }
    return page.toString().getBytes(StandardCharsets.UTF_8);
  }
}
