package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.promql.QueryLimits;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.testkit.Fuzz;
import dev.vedette.testkit.InMemorySeries;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Requests that make sense and requests made of them that hardly do: none is answered with a fault
 * of ours, and each refusal is as documented.
 *
 * <p>A file of {@code fuzz/http-api} is one request: its first line the method, if it is no GET or
 * POST, the path and, where there is a form or JSON, the Content-Type, then headers, each behind a
 * tab; the rest is the body, or the query string where there is no type. {@code
 * -Dvedette.fuzz.seconds=600 -Dseed=…} goes on for longer and writes what it finds to {@code
 * target/fuzz}.
 */
class HttpApiFuzzTest {
  private static final int MUTATIONS = 1500;
  private static final Path CORPUS = Path.of("src/test/resources/fuzz/http-api");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> STATUSES = Set.of(200, 204, 400, 404, 405, 413, 415, 422, 503);
  private static final String ERROR = "\"error\":\"";
  private static final Set<String> ERROR_TYPES =
      Set.of("bad_data", "execution", "timeout", "unavailable", "not_found");
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "NOPE");
  private static final List<String> HEADERS =
      List.of(
          "Accept-Encoding: zstd",
          "Accept-Encoding: gzip",
          "Accept-Encoding: gzip;q=0, *;q=1",
          "Accept-Encoding: br;;q=x,",
          "Content-Encoding: gzip",
          "Content-Encoding: snappy",
          "Accept: text/html",
          "Accept: */;",
          "Origin: http://elsewhere",
          "Origin: null",
          "Origin: \"<>\"",
          "Access-Control-Request-Method: X",
          "X-Scope-OrgID: a|b",
          "Authorization: Basic ?",
          "Range: bytes=5-1",
          "If-None-Match: *",
          "X-HTTP-Method-Override: DELETE");
  private static final List<String> TYPES =
      List.of(
          "application/json",
          "application/x-www-form-urlencoded; charset=utf-16",
          "multipart/form-data; boundary=x",
          "multipart/form-data",
          "text/plain",
          "application/x-protobuf",
          "*/*",
          "/;");
  private static final List<String> TOKENS =
      List.of(
          "&",
          "=",
          "%",
          "%00",
          "%zz",
          "+",
          "{",
          "}",
          "[5m]",
          "[5m:1s]",
          "[",
          "]",
          "(",
          ")",
          "\"",
          "'",
          "`",
          "\\",
          "\\u0000",
          "\\xff",
          "\u0000",
          "\n",
          "é",
          "\ud83d\ude00",
          "-1",
          "0",
          "1e308",
          "1e-9",
          "NaN",
          "Inf",
          "9223372036854775807",
          "-9223372036854775808",
          "99999999999999999999",
          "5m",
          "1y",
          "292y",
          "offset -5m",
          "@ end()",
          "@ 1e18",
          "by (a)",
          "sum",
          "rate(",
          "topk(",
          "a",
          "=~\"(\"",
          "=~\".*\"",
          "!=\"\"",
          "up",
          "__name__",
          "U__",
          "_2e_",
          "null",
          "true",
          "{}",
          "[]",
          "\"query\":",
          "\"from\":",
          "\"interval\":",
          "avg:",
          ".rollup(",
          "IN (",
          "*",
          "start=",
          "end=",
          "step=",
          "match[]=",
          "limit=",
          "timeout=",
          "lookback_delta=",
          "time=",
          "query=",
          "stats=all",
          "latency",
          "wait",
          "nocache=1",
          "\"nocache\":",
          "p99:",
          ".as_rate()",
          "histogram_quantile(",
          "tier=",
          "\r\n--x\r\n",
          "\r\n\r\n",
          "Content-Disposition: form-data; name=",
          "..",
          "%2F");

  private static TestServer server;

  @BeforeAll
  static void start() {
    InMemorySeries series = new InMemorySeries();
    for (int i = 0; i < 20; i++) {
      for (String job : List.of("a", "b")) {
        series.append(
            TenantId.DEFAULT,
            Labels.of(
                "__name__", i % 2 == 0 ? "up" : "hits_total", "job", job, "host.name", "h" + i),
            i * 15_000L,
            i);
      }
    }
    HistogramLayout layout = HistogramLayout.of(0, 0, BucketSpans.of(0, 2), BucketSpans.NONE);
    for (int i = 0; i < 20; i++) {
      Histogram histogram =
          Histogram.ofIntegers(
              layout, CounterReset.UNKNOWN, 3 * i, 0, i, new long[] {i, 2 * i}, new long[0]);
      series.append(
          TenantId.DEFAULT,
          Labels.of("__name__", "latency", "job", "a"),
          i * 15_000L,
          histogram,
          0);
    }
    for (String le : List.of("0.5", "+Inf")) {
      for (int i = 0; i < 20; i++) {
        Labels bucket = Labels.of("__name__", "wait_bucket", "job", "a", "le", le);
        series.append(TenantId.DEFAULT, bucket, i * 15_000L, i);
      }
    }
    // What asks for very much is to end soon.
    QuerierConfig config =
        new QuerierConfig(
                4,
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                Duration.ofMinutes(5),
                QueryLimits.DEFAULT.withMaxSamples(2_000_000),
                64 << 20,
                4 << 20,
                Duration.ofSeconds(5),
                false,
                Set.of())
            .withAlignToStep(true);
    server = new TestServer(config, series, Optional.empty());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** One request. */
  private record Request(
      String method, String path, String type, List<String> headers, byte[] body) {
    Request(String path, String type, byte[] body) {
      this("", path, type, List.of(), body);
    }

    static Request of(byte[] file) {
      int end = 0;
      while (end < file.length && file[end] != '\n') {
        end++;
      }
      String[] parts = new String(file, 0, end, StandardCharsets.UTF_8).split("\t", -1);
      String[] head = parts[0].split(" ", 2);
      String method = head[0].startsWith("/") ? "" : head[0];
      String[] rest = method.isEmpty() ? head : head[1].split(" ", 2);
      byte[] body = Arrays.copyOfRange(file, Math.min(end + 1, file.length), file.length);
      return new Request(
          method,
          rest[0],
          rest.length > 1 ? rest[1] : "",
          List.of(parts).subList(1, parts.length),
          body);
    }

    byte[] file() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes((line() + "\n").getBytes(StandardCharsets.UTF_8));
      out.writeBytes(body);
      return out.toByteArray();
    }

    String line() {
      String head = (method + " " + path + " " + type).strip();
      return headers.isEmpty() ? head : head + "\t" + String.join("\t", headers);
    }

    HttpRequest http() {
      HttpRequest.Builder request;
      if (type.isEmpty()) {
        request = server.to(path + (body.length == 0 ? "" : "?" + inUrl(body)));
      } else {
        request =
            server
                .to(path)
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
      }
      for (String header : headers) {
        int colon = header.indexOf(':');
        String value = header.substring(colon + 1).strip();
        request.header(header.substring(0, colon), value);
      }
      if (!method.isEmpty()) {
        request.method(
            method,
            type.isEmpty()
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(body));
      }
      return request.timeout(Duration.ofSeconds(30)).build();
    }

    /** Escapes what a client's library would not let through. */
    private static String inUrl(byte[] query) {
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < query.length; i++) {
        char c = (char) (query[i] & 0xFF);
        boolean escape = c == '%' && isHex(query, i + 1) && isHex(query, i + 2);
        if (escape || c < 128 && Character.isLetterOrDigit(c) || "&=+-._~".indexOf(c) >= 0) {
          out.append(c);
        } else {
          out.append("%%%02X".formatted((int) c));
        }
      }
      return out.toString();
    }

    private static boolean isHex(byte[] bytes, int at) {
      return at < bytes.length && Character.digit(bytes[at], 16) >= 0;
    }
  }

  private static List<Request> corpus() throws IOException {
    try (Stream<Path> files = Files.list(CORPUS)) {
      List<Request> requests =
          files
              .sorted()
              .map(
                  file -> {
                    try {
                      return Request.of(Files.readAllBytes(file));
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  })
              .toList();
      assertThat(requests).hasSizeGreaterThan(20);
      return requests;
    }
  }

  @Test
  void whatWasFoundBeforeIsAnsweredAsDocumented() throws Exception {
    for (Request request : corpus()) {
      assertThat(fault(request, ask(request))).isEmpty();
    }
  }

  @Test
  void whatIsMadeOfItIsToo() throws Exception {
    long seed = Long.getLong("seed", 1);
    long seconds = Long.getLong("vedette.fuzz.seconds", 0);
    long until = System.nanoTime() + seconds * 1_000_000_000L;
    Random random = new Random(seed);
    List<Request> corpus = corpus();
    Set<String> outcomes = new HashSet<>();
    int faults = 0;
    int sent = 0;
    while (seconds == 0 ? sent < MUTATIONS : System.nanoTime() < until && faults < 50) {
      Request request = mutated(corpus, random);
      Reply reply = ask(request);
      String fault = fault(request, reply);
      outcomes.add(reply.outcome());
      sent++;
      if (!fault.isEmpty()) {
        faults++;
        Path folder = Files.createDirectories(Path.of("target/fuzz"));
        Files.write(folder.resolve("http-api-%d-%d".formatted(seed, sent)), request.file());
        System.out.printf("seed %d, request %d: %s%n", seed, sent, fault);
      }
    }
    assertThat(faults).isZero();
    // As Fuzz says it, which .ci/run counts.
    System.out.printf(
        "fuzz http-api: seed %d, %d inputs, %d outcomes%n", seed, sent, outcomes.size());
  }

  private static Request mutated(List<Request> corpus, Random random) {
    Request base = corpus.get(random.nextInt(corpus.size()));
    byte[] body = base.body;
    for (int i = random.nextInt(4); i >= 0; i--) {
      body = mutated(body, corpus.get(random.nextInt(corpus.size())).body, random);
    }
    String type = random.nextInt(15) > 0 || base.type.isEmpty() ? base.type : any(TYPES, random);
    String method = random.nextInt(25) > 0 ? base.method : any(METHODS, random);
    List<String> headers =
        random.nextInt(8) > 0 ? base.headers : List.of(any(HEADERS, random), any(HEADERS, random));
    String path = random.nextInt(20) > 0 ? base.path : mutated(base.path, random);
    return new Request(
        method, path, type, headers, Arrays.copyOf(body, Math.min(body.length, 4000)));
  }

  private static <T> T any(List<T> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  /** Another path, such as of a label of another name. */
  private static String mutated(String path, Random random) {
    String[] parts = path.split("/", -1);
    String token = any(TOKENS, random);
    parts[1 + random.nextInt(parts.length - 1)] =
        Request.inUrl(token.getBytes(StandardCharsets.UTF_8));
    return String.join("/", parts);
  }

  private static byte[] mutated(byte[] body, byte[] other, Random random) {
    int at = random.nextInt(body.length + 1);
    int end = at + random.nextInt(Math.min(body.length - at, 12) + 1);
    return switch (random.nextInt(6)) {
      case 0 -> {
        byte[] flipped = body.clone();
        if (at < body.length) {
          flipped[at] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
      case 1 -> joined(body, at, new byte[0], end);
      case 2 -> joined(body, at, Arrays.copyOfRange(body, at, end), at);
      case 3 -> {
        int from = random.nextInt(other.length + 1);
        yield joined(body, at, Arrays.copyOfRange(other, from, other.length), end);
      }
      default -> {
        String token = TOKENS.get(random.nextInt(TOKENS.size()));
        yield joined(
            body, at, token.getBytes(StandardCharsets.UTF_8), random.nextBoolean() ? at : end);
      }
    };
  }

  private static byte[] joined(byte[] body, int to, byte[] middle, int from) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(body, 0, to);
    out.writeBytes(middle);
    out.write(body, from, body.length - from);
    return out.toByteArray();
  }

  /** What came back, decompressed. */
  private record Reply(int status, boolean isJson, String text) {
    /** Status, and what an error says up to what it tells of this request alone. */
    String outcome() {
      int error = text.indexOf(ERROR);
      return status + (error < 0 ? "" : Fuzz.shape(text.substring(error + ERROR.length())));
    }
  }

  private static Reply ask(Request request) throws Exception {
    HttpResponse<byte[]> reply =
        server.client().send(request.http(), HttpResponse.BodyHandlers.ofByteArray());
    String type = reply.headers().firstValue("Content-Type").orElse("");
    return new Reply(reply.statusCode(), type.startsWith("application/json"), text(reply));
  }

  /** What is wrong with the answer; empty where nothing is. */
  private static String fault(Request request, Reply reply) {
    boolean isWhole = reply.isJson && !request.method.equals("HEAD") && reply.status != 204;
    boolean isRight =
        STATUSES.contains(reply.status) && (!isWhole || isDocumented(reply.status, reply.text));
    return isRight
        ? ""
        : "%s\n%s\n→ %d %s"
            .formatted(
                request.line(),
                new String(request.body, StandardCharsets.UTF_8),
                reply.status,
                reply.text);
  }

  private static String text(HttpResponse<byte[]> reply) throws IOException {
    ByteArrayInputStream bytes = new ByteArrayInputStream(reply.body());
    String coding = reply.headers().firstValue("Content-Encoding").orElse("");
    if (reply.body().length == 0) {
      return "";
    }
    try (InputStream in =
        switch (coding) {
          case "gzip" -> new GZIPInputStream(bytes);
          case "zstd" -> new ZstdInputStream(bytes);
          default -> bytes;
        }) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static boolean isDocumented(int status, String text) {
    JsonNode body;
    try {
      body = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return false;
    }
    if (status == 200) {
      return body.path("status").asText().equals("success") || body.path("series").isArray();
    }
    String error = body.path("error").asText();
    boolean placed =
        !error.contains("parse error")
            || error.matches("(?s).*(\\d+:\\d+|unknown position): parse error.*");
    return body.path("status").asText().equals("error")
        && ERROR_TYPES.contains(body.path("errorType").asText())
        && !error.isEmpty()
        && placed;
  }
}
