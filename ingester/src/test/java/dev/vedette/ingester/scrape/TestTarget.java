package dev.vedette.ingester.scrape;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;

/** A real HTTP server to scrape; what it answers may change at any time. */
final class TestTarget implements AutoCloseable {
  static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  static final String OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Seen> requests = new CopyOnWriteArrayList<>();
  private volatile Answer answer = exchange -> send(exchange, 200, TEXT, "");

  /** How a request is answered. */
  @FunctionalInterface
  interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  /** A request that came. */
  record Seen(String uri, Headers headers) {
    String header(String name) {
      return headers.getFirst(name);
    }
  }

  private TestTarget(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  static TestTarget start() throws IOException {
    return new TestTarget(HttpServer.create(loopback(), 0));
  }

  /** Listens again where another target listened before. */
  static TestTarget restart(int port) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return new TestTarget(HttpServer.create(new InetSocketAddress(loopback, port), 0));
  }

  static TestTarget start(SSLContext tls, boolean wantClient) throws IOException {
    HttpsServer server = HttpsServer.create(loopback(), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(com.sun.net.httpserver.HttpsParameters parameters) {
            javax.net.ssl.SSLParameters ssl = tls.getDefaultSSLParameters();
            ssl.setNeedClientAuth(wantClient);
            parameters.setSSLParameters(ssl);
          }
        });
    return new TestTarget(server);
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.add(new Seen(exchange.getRequestURI().toString(), exchange.getRequestHeaders()));
    try (exchange) {
      answer.give(exchange);
    }
  }

  String address() {
    return "127.0.0.1:" + port();
  }

  int port() {
    return server.getAddress().getPort();
  }

  List<Seen> requests() {
    return requests;
  }

  void answers(Answer how) {
    answer = how;
  }

  /** Answers with a page in text format from now on. */
  void shows(String... lines) {
    String page = String.join("\n", lines) + "\n";
    answer = exchange -> send(exchange, 200, TEXT, page);
  }

  /** Answers with an OpenMetrics page from now on. */
  void showsOpenMetrics(String... lines) {
    String page = String.join("\n", lines) + "\n# EOF\n";
    answer = exchange -> send(exchange, 200, OPENMETRICS, page);
  }

  void showsGzipped(String page) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(page.getBytes(StandardCharsets.UTF_8));
    }
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.getResponseHeaders().set("Content-Type", TEXT);
          exchange.sendResponseHeaders(200, bytes.size());
          exchange.getResponseBody().write(bytes.toByteArray());
        };
  }

  void fails(int status) {
    answer = exchange -> send(exchange, status, TEXT, "no\n");
  }

  void redirectsTo(String location) {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Location", location);
          exchange.sendResponseHeaders(302, -1);
        };
  }

  /** Sends samples without end until the scraper has enough of it. */
  void neverEnds() {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", TEXT);
          exchange.sendResponseHeaders(200, 0);
          byte[] line = "endless{of=\"samples\"} 1\n".getBytes(StandardCharsets.UTF_8);
          try (OutputStream out = exchange.getResponseBody()) {
            while (true) {
              out.write(line);
            }
          }
        };
  }

  static void send(HttpExchange exchange, int status, String type, String page) throws IOException {
    byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
    if (!type.isEmpty()) {
      exchange.getResponseHeaders().set("Content-Type", type);
    }
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
