package dev.vedette.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Calls a Prometheus data source as Grafana does: its paths, forms, headers and order of
 * parameters, so that tests ask what a dashboard asks. Queries go out as forms unless told
 * otherwise; parameters that an administrator of Grafana added stand in the URL beside the form.
 * Any thread.
 */
public final class GrafanaClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FORM = "application/x-www-form-urlencoded";

  private final URI dataSource;
  private final String custom;
  private final boolean byGet;
  private final String authorization;
  private final HttpClient http;

  /**
   * An answer.
   *
   * @param body missing where it was no JSON
   */
  public record Reply(int status, HttpHeaders headers, JsonNode body, String text) {
    /** What a data source reads of a success; fails the test where it is none. */
    public JsonNode data() {
      if (status != 200 || !body.path("status").asText().equals("success")) {
        throw new AssertionError("Grafana would show an error: %d %s".formatted(status, text));
      }
      return body.path("data");
    }
  }

  /** Names and values in their order. */
  public static final class Form {
    private final List<String> pairs = new ArrayList<>();

    public static Form of(String name, Object value) {
      return new Form().and(name, value);
    }

    public Form and(String name, Object value) {
      pairs.add(encode(name) + "=" + encode(String.valueOf(value)));
      return this;
    }

    @Override
    public String toString() {
      return String.join("&", pairs);
    }

    private static String encode(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
  }

  /** A data source as it is added with its URL alone. */
  public GrafanaClient(URI dataSource) {
    this(dataSource, "", false, "", HttpClient.newHttpClient());
  }

  private GrafanaClient(
      URI dataSource, String custom, boolean byGet, String authorization, HttpClient http) {
    this.dataSource = dataSource;
    this.custom = custom;
    this.byGet = byGet;
    this.authorization = authorization;
    this.http = http;
  }

  /** The same data source with the HTTP method GET. */
  public GrafanaClient byGet() {
    return new GrafanaClient(dataSource, custom, true, authorization, http);
  }

  /** The same with custom query parameters: {@code timeout=30s&max_source_resolution=5m}. */
  public GrafanaClient withCustomParameters(String parameters) {
    return new GrafanaClient(dataSource, parameters, byGet, authorization, http);
  }

  /** The same with basic authentication, which goes out unasked. */
  public GrafanaClient withBasicAuth(String user, String password) {
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    String basic = "Basic " + Base64.getEncoder().encodeToString(both);
    return new GrafanaClient(dataSource, custom, byGet, basic, http);
  }

  /** "Save and test": a query, then what kind of server it is. Returns the latter. */
  public JsonNode saveAndTest() {
    JsonNode two = query("/api/v1/query", Form.of("query", "1+1").and("time", "4")).data();
    if (!two.at("/result/1").asText().equals("2")) {
      throw new AssertionError("Grafana would refuse the data source: " + two);
    }
    return resource("/api/v1/status/buildinfo", "").data();
  }

  /** A panel or an annotation. Times and step in seconds. */
  public Reply range(String expression, double start, double end, double step) {
    Form form =
        Form.of("end", seconds(end))
            .and("query", expression)
            .and("start", seconds(start))
            .and("step", seconds(step));
    return query("/api/v1/query_range", form);
  }

  /** A table, a single value, or an alert rule. */
  public Reply instant(String expression, double time) {
    return query("/api/v1/query", Form.of("query", expression).and("time", seconds(time)));
  }

  public Reply exemplars(String expression, double start, double end) {
    Form form = Form.of("end", seconds(end)).and("query", expression).and("start", seconds(start));
    return query("/api/v1/query_exemplars", form);
  }

  /** As Go prints a float. */
  private static String seconds(double value) {
    return new java.math.BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }

  /** A query, in the way that is set for the data source. */
  public Reply query(String path, Form form) {
    return byGet ? get(path, form + "") : post(path, form + "");
  }

  /** What the query builder lists: by form first, by URL where that is refused. */
  public Reply list(String path, Form form) {
    if (!byGet) {
      Reply reply = post(path, form + "");
      if (reply.status != 400 && reply.status != 405) {
        return reply;
      }
    }
    return get(path, form + "");
  }

  /** What is only ever asked for by URL. */
  public Reply resource(String path, String parameters) {
    return get(path, parameters);
  }

  private Reply get(String path, String parameters) {
    return send(request(path, joined(custom, parameters)).GET());
  }

  private Reply post(String path, String form) {
    return send(
        request(path, custom)
            .header("Content-Type", FORM)
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  private static String joined(String first, String second) {
    return first.isEmpty() || second.isEmpty() ? first + second : first + "&" + second;
  }

  private HttpRequest.Builder request(String path, String parameters) {
    String base = dataSource.toString().replaceAll("/+$", "");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(base + path + (parameters.isEmpty() ? "" : "?" + parameters)))
            .header("User-Agent", "Grafana/12.3.0")
            .header("Accept-Encoding", "gzip")
            .header("X-Dashboard-Uid", "adx7k2p")
            .header("X-Panel-Id", "4")
            .header("X-Grafana-Org-Id", "1")
            .header("X-Datasource-Uid", "vedette");
    return authorization.isEmpty() ? request : request.header("Authorization", authorization);
  }

  private Reply send(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> reply =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      String text = new String(decoded(reply), StandardCharsets.UTF_8);
      boolean json =
          reply.headers().firstValue("Content-Type").orElse("").startsWith("application/json");
      return new Reply(
          reply.statusCode(),
          reply.headers(),
          json ? JSON.readTree(text) : MissingNode.getInstance(),
          text);
    } catch (IOException e) {
      throw new AssertionError("Grafana would show: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static byte[] decoded(HttpResponse<byte[]> reply) throws IOException {
    if (!reply.headers().firstValue("Content-Encoding").orElse("").equals("gzip")) {
      return reply.body();
    }
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(reply.body()))) {
      return in.readAllBytes();
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
