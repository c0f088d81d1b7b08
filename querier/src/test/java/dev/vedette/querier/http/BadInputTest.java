package dev.vedette.querier.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.testkit.Conformance;
import dev.vedette.testkit.InMemorySeries;
import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be answered is refused as documented: with its name, its place and what is wrong. */
@Timeout(60)
class BadInputTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = new TestServer(new InMemorySeries());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  // Parameters as they are before encoding, parted by &.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "label/U__/values||invalid label name: \"\"",
        "query_range|query=1&start=0&end=1&step=1e10|cannot parse \"1e10\" to a valid duration. It overflows int64",
        "query_range|query=1&start=0&end=1&step=Inf|cannot parse \"Inf\" to a valid duration. It overflows int64",
        // Expressions.
        "query||invalid parameter \"query\": unknown position: parse error: no expression found in input",
        "query|query=up{|invalid parameter \"query\": 1:4: parse error: unexpected end of input inside braces",
        "query|query=sum(|invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis",
        "query|query=up[5m|invalid parameter \"query\": 1:6: parse error: unexpected end of input",
        "query|query=up[5]]|invalid parameter \"query\": 1:6: parse error: unexpected right bracket ']'",
        "query|query=up[0s]|duration must be greater than 0",
        "query|query=up offset|invalid parameter \"query\": 1:10: parse error: unexpected end of input in offset",
        "query|query=nope(up)|invalid parameter \"query\": 1:1: parse error: unknown function with name \"nope\"",
        "query|query=rate(up)|1:6: parse error: expected type range vector in call to function \"rate\", got instant vector",
        "query|query=1 + \"a\"|parse error: binary expression must contain only scalar and instant vector types",
        "query|query=\"open|1:1: parse error: unterminated quoted string",
        "query|query={a=~\"(\"}|1:2: parse error: error parsing regexp: missing closing ): `(`",
        "query|query={a=\"\"}|vector selector must contain at least one non-empty matcher",
        "query|query=limitk(1, up)|1:1: parse error: limitk() is experimental and must be enabled",
        "query_range|query=up[5m]&start=0&end=1&step=1|invalid expression type \"range vector\" for range query",
        "query_exemplars|query=up{|1:4: parse error: unexpected end of input inside braces",
        "format_query|query=up{|invalid parameter \"query\": 1:4: parse error",
        "parse_query|query=up{|invalid parameter \"query\": 1:4: parse error",
        // Times and ranges.
        "query|query=1&time=soon|invalid parameter \"time\": invalid time value for 'time': cannot parse \"soon\" to a valid timestamp",
        "query_range|query=1|invalid parameter \"start\": cannot parse \"\" to a valid timestamp",
        "query_range|query=1&start=0|invalid parameter \"end\": cannot parse \"\" to a valid timestamp",
        "query_range|query=1&start=0&end=x|invalid parameter \"end\": cannot parse \"x\" to a valid timestamp",
        "query_range|query=1&start=2&end=1&step=1|invalid parameter \"end\": end timestamp must not be before start time",
        "query_exemplars|query=up&start=2&end=1|end timestamp must not be before start timestamp",
        "series|match[]=up&start=x|invalid parameter \"start\": invalid time value for 'start': cannot parse \"x\"",
        "labels|end=x|invalid parameter \"end\": invalid time value for 'end': cannot parse \"x\"",
        "label/job/values|start=2026-13-01T00:00:00Z|cannot parse \"2026-13-01T00:00:00Z\" to a valid timestamp",
        // Steps and durations.
        "query_range|query=1&start=0&end=1|invalid parameter \"step\": cannot parse \"\" to a valid duration",
        "query_range|query=1&start=0&end=1&step=0|invalid parameter \"step\": zero or negative query resolution step widths are not accepted",
        "query_range|query=1&start=0&end=1&step=-1s|invalid parameter \"step\"",
        "query_range|query=1&start=0&end=1&step=1x|invalid parameter \"step\": cannot parse \"1x\" to a valid duration",
        "query_range|query=1&start=0&end=11001&step=1|exceeded maximum resolution of 11,000 points per timeseries",
        "query|query=1&timeout=x|invalid parameter \"timeout\": cannot parse \"x\" to a valid duration",
        "query|query=1&lookback_delta=x|error parsing lookback delta duration: cannot parse \"x\" to a valid duration",
        "query|query=1&tier=x|invalid parameter \"tier\": there is no tier of \"x\"; expected raw, or the length of a tier's buckets: 1m, 5m or 1h",
        "query|query=up&tier=2m|there is no tier of \"2m\"",
        "query_range|query=up&start=0&end=1&step=1&tier=0|there is no tier of \"0\"",
        "query|query=up{&timeout=0|invalid parameter \"query\": 1:4: parse error: unexpected end of input inside braces",
        // Limits and switches.
        "query|query=1&limit=x|invalid parameter \"limit\": strconv.Atoi: parsing \"x\": invalid syntax",
        "query|query=1&limit=-1|invalid parameter \"limit\": limit must be non-negative",
        "series|match[]=up&limit=1e3|invalid parameter \"limit\": strconv.Atoi: parsing \"1e3\": invalid syntax",
        "metadata|limit=x|limit must be a number",
        "query|query=1&explain=x|invalid parameter \"explain\"",
        // Matchers.
        "series||no match[] parameter provided",
        "series|match[]=|invalid parameter \"match[]\": unknown position: parse error: unexpected end of input",
        "series|match[]=up{a|invalid parameter \"match[]\": 1:5: parse error: unexpected end of input inside braces",
        "series|match[]={a!=\"b\"}|match[] must contain at least one non-empty matcher",
        "series|match[]=rate(up[5m])|invalid parameter \"match[]\": 1:5: parse error: unexpected \"(\"",
        "labels|match[]={a=~\"[\"}|1:2: parse error: error parsing regexp: missing closing ]: `[`",
        "label/job/values|match[]={}|match[] must contain at least one non-empty matcher",
      })
  void isRefusedByUrlAndByForm(String endpoint, String params, String error) throws Exception {
    String encoded = params == null ? "" : encode(params);

    refused(server.get("/api/v1/" + endpoint + "?" + encoded), error);
    HttpResponse<String> reply = server.postForm("/api/v1/" + endpoint, encoded);
    if (reply.statusCode() != 405) {
      refused(reply, error);
    }
  }

  private static String encode(String params) {
    StringBuilder out = new StringBuilder();
    for (String pair : params.split("&", -1)) {
      int equals = pair.indexOf('=');
      out.append(out.isEmpty() ? "" : "&")
          .append(URLEncoder.encode(pair.substring(0, equals), StandardCharsets.UTF_8))
          .append('=')
          .append(URLEncoder.encode(pair.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return out.toString();
  }

  private static void refused(HttpResponse<String> reply, String error) throws Exception {
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
    JsonNode body = JSON.readTree(reply.body());
    assertThat(body.get("status").asText()).isEqualTo("error");
    assertThat(body.get("errorType").asText()).isEqualTo("bad_data");
    assertThat(body.get("error").asText()).contains(error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{a=\"\"}|200",
        "{__name__=~\".*\"}|200",
        "{}|200",
        "|400",
        "up[5m]|400",
        "sum(up)|400",
        "up{__name__=\"x\"}|400",
        "{a=~\"(\"}|400",
      })
  void aPageToFederateMayBeOfAnySelector(String selector, int status) throws Exception {
    String match = selector == null ? "" : URLEncoder.encode(selector, StandardCharsets.UTF_8);

    assertThat(server.get("/federate?match[]=".replace("[]", "%5B%5D") + match).statusCode())
        .isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0s", "-5", "0.0001"})
  void noTimeIsNotEnoughForAnyQuery(String timeout) throws Exception {
    for (String asked :
        List.of("query?query=1", "query?query=up", "query_range?query=up&start=0&end=9&step=1")) {
      HttpResponse<String> reply = server.get("/api/v1/" + asked + "&timeout=" + timeout);

      assertThat(reply.statusCode()).as(asked).isEqualTo(503);
      JsonNode body = JSON.readTree(reply.body());
      assertThat(body.get("errorType").asText()).isEqualTo("timeout");
      assertThat(body.get("error").asText())
          .startsWith("query timed out in expression evaluation after 0s")
          .endsWith("(query-timeout)");
    }
  }

  @Test
  void queriesWithoutTimeAreCountedAsAnyThatFail() throws Exception {
    String failed = "vedette_querier_failed_queries_total{error=\"query-timeout\"}";
    double before = counted(failed);

    server.get("/api/v1/query?query=1&timeout=0");
    server.get("/api/v1/query_range?query=up&start=0&end=9&step=1&timeout=-1");
    HttpResponse<String> other =
        server.postForm(
            "/api/v1/query", "{\"query\":\"avg:up\",\"from\":1,\"to\":2,\"timeout\":0}");

    assertThat(other.statusCode()).as(other.body()).isEqualTo(503);
    assertThat(counted(failed) - before).isEqualTo(3);
  }

  private static double counted(String metric) throws Exception {
    return server
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(metric))
        .mapToDouble(line -> Double.parseDouble(line.substring(metric.length())))
        .sum();
  }

  @Test
  void aFormMayComeInPartsAsWell() throws Exception {
    String body =
        """
        --x
        Content-Disposition: form-data; name="query"

        count(up)%3D
        --x
        Content-Disposition: form-data; name="file"; filename="a"

        not a parameter
        --x--
        """
            .replace("\n", "\r\n");

    refused(
        multipart("multipart/form-data; boundary=x", body),
        "parse error: bad number or duration syntax");
    assertThat(multipart("Multipart/Form-Data; boundary=x", body.replace("%3D", "")).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "multipart/form-data|--x",
        "multipart/form-data; boundary|--x",
        "multipart/form-data; boundary=\"\"|--x",
        "multipart/form-data; boundary=x|nothing of the kind",
        "multipart/form-data; boundary=x|--x~Content-Disposition: form-data; name=",
        "multipart/form-data; boundary=x|--x~Content-Disposition: form-data~~1~--x--~",
        "multipart/form-data; boundary=x|--x~Content-Disposition: form-data; name=query~~1",
      })
  void whatIsNoFormInPartsIsRefused(String type, String body) throws Exception {
    HttpResponse<String> reply = multipart(type, body.replace("~", "\r\n"));

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
    assertThat(JSON.readTree(reply.body()).get("errorType").asText()).isEqualTo("bad_data");
  }

  private static HttpResponse<String> multipart(String type, String body) throws Exception {
    return server.send(
        server
            .to("/api/v1/query")
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"query=%zz", "query=%", "query=1&time=%4", "%q=1"})
  void aBrokenEscapeInAFormIsNamed(String form) throws Exception {
    refused(server.postForm("/api/v1/query", form), "has a % without two hex digits");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/query?query=%zz",
        "/api/v1/query?query=%",
        "/api/v1/query?query=a b",
        "/api/v1/query?query={}",
        "/api/v1/query?query=up&time=\u00ff\u00fe",
        "/api/v1/query?query=\"<>\\^`|",
        "/api/v1/query?%00=%00&query=%00",
        "/api/v1/label/%zz/values",
        "/api/v1/label/%ff%fe/values",
        "/api/v1/label/U__dc00_/values",
        "/api/v1/label//values",
        "/api/v1/label/%2F/values?start=%",
        "/api/v1/series?match[]=up&match[]={",
        "/federate?match[]=%F0%28",
        "/api/v1/../../etc/passwd",
        "//api/v1/query?query=1",
        "/api/v1/query?query=1#x",
        "/?",
      })
  void noRequestLineIsAFaultOfOurs(String target) throws Exception {
    String reply = raw("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(reply).matches("(?s)HTTP/1\\.[01] (2|3|4)\\d\\d .*");
  }

  /** The first bytes that come back for what a client library would not send. */
  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(server.address().host(), server.address().port())) {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readNBytes(15), ISO_8859_1);
    }
  }

  @Test
  void whatIsNestedOrLongBeyondReasonIsRefused() throws Exception {
    refused(server.postForm("/api/v1/query", "query=" + "(".repeat(100_000)), "parse error");
    refused(server.postForm("/api/v1/query", "query=" + "-".repeat(100_000) + "1"), "parse error");
    refused(server.postForm("/api/v1/query", "query=" + "1%2B".repeat(50_000)), "parse error");
    String many = "query=up{a%3D~%22" + "(x%7C".repeat(20_000) + "%22}";
    refused(server.postForm("/api/v1/query", many), "parse error: error parsing regexp");
  }

  @Test
  void everyExpressionThatPrometheusRefusesIsRefusedWithItsPlace() throws Exception {
    Optional<Path> cases = Conformance.find("promql/parser-cases.json");
    assumeTrue(cases.isPresent());
    int refused = 0;
    for (JsonNode one : Conformance.json(cases.get())) {
      boolean plain =
          one.path("kind").asText().equals("expr") && one.path("feature_flags").isEmpty();
      if (plain && one.path("should_fail").asBoolean()) {
        String query = URLEncoder.encode(one.path("input").asText(), StandardCharsets.UTF_8);
        HttpResponse<String> reply = server.postForm("/api/v1/parse_query", "query=" + query);
        assertThat(reply.statusCode()).as(one + "\n" + reply.body()).isEqualTo(400);
        assertThat(JSON.readTree(reply.body()).path("error").asText())
            .as(one.toString())
            .matches(
                "(?s)invalid parameter \"query\": (\\d+:\\d+|unknown position): parse error: .+");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
  }
}
