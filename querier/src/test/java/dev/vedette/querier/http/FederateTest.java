package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.wire.exposition.ExpositionFormat;
import dev.vedette.wire.exposition.ExpositionParser;
import dev.vedette.wire.exposition.ExpositionParser.Entry;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /federate} as another Prometheus scrapes it, for tenants that are told apart. */
class FederateTest {
  // As Prometheus sends it where native histograms are scraped, and where they are not.
  private static final String WITH_MESSAGES =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
          + ExpositionFormat.ACCEPT;

  private static final long NOW = System.currentTimeMillis();

  @SuppressWarnings("NullAway.Init") // before all tests
  private static TestServer server;

  @BeforeAll
  static void start() {
    InMemorySeries series = new InMemorySeries();
    for (String tenant : new String[] {"a", "b"}) {
      TenantId whose = new TenantId(tenant);
      series.append(whose, Labels.of("__name__", "up", "job", tenant), NOW - 15_000, 0);
      series.append(whose, Labels.of("__name__", "up", "job", tenant), NOW, 1);
      series.append(whose, Labels.of("__name__", "up", "job", "ended" + tenant), NOW - 900_000, 1);
      series.append(whose, Labels.of("__name__", "other", "job", tenant), NOW, 7);
      HistogramLayout layout = HistogramLayout.of(1, 0, BucketSpans.of(0, 2), BucketSpans.NONE);
      Histogram sizes =
          Histogram.ofIntegers(
              layout, CounterReset.UNKNOWN, 3, 0, 4.5, new long[] {1, 2}, new long[0]);
      series.append(whose, Labels.of("__name__", "sizes", "job", tenant), NOW, sizes, 0);
    }
    server = new TestServer(series, TenantResolver.named());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*/*", "text/plain", ExpositionFormat.ACCEPT})
  void textHasTheNewestValuesOfTheTenantsSeries(String accept) throws Exception {
    HttpResponse<byte[]> reply = scrape("a", accept, "up", "{__name__=~\"s.*\"}");

    assertThat(reply.statusCode()).isEqualTo(200);
    assertThat(reply.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/plain; version=0.0.4");
    assertThat(reply.headers().firstValue("Vary")).contains("Accept");
    assertThat(new String(reply.body(), StandardCharsets.UTF_8))
        .isEqualTo("# TYPE up untyped\nup{job=\"a\",instance=\"\"} 1 %d\n".formatted(NOW));
  }

  @ParameterizedTest
  @ValueSource(strings = {WITH_MESSAGES, "application/vnd.google.protobuf"})
  void messagesHaveTheNativeHistogramsToo(String accept) throws Exception {
    HttpResponse<byte[]> reply = scrape("b", accept, "up", "{__name__=~\"s.*\"}");

    assertThat(reply.statusCode()).isEqualTo(200);
    String type = reply.headers().firstValue("Content-Type").orElse("");
    assertThat(type).contains("proto=io.prometheus.client.MetricFamily").contains("delimited");
    assertThat(reply.headers().firstValue("Vary")).contains("Accept");
    // Read as a scrape reads it, by its content type.
    ExpositionParser parser = ExpositionFormat.of(type, Optional.empty()).parser();
    parser.histograms(true, false);
    parser.reset(reply.body(), reply.body().length);
    TreeMap<Labels, Double> found = new TreeMap<>();
    for (Entry entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.SERIES) {
        assertThat(parser.timestampMillis()).isEqualTo(NOW);
        found.put(
            parser.labels(),
            parser.hasHistogram()
                ? parser.histogram().sum()
                : Double.longBitsToDouble(parser.valueBits()));
      }
    }
    // An empty instance is none, once it is read.
    assertThat(found)
        .containsOnlyKeys(
            Labels.of("__name__", "up", "job", "b"), Labels.of("__name__", "sizes", "job", "b"))
        .containsValues(1.0, 4.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"up{", "sum(up)", "up[5m]", "{job=~\"(\"}", ""})
  void whatIsNoSelectorIsRefusedInWords(String match) throws Exception {
    for (String accept : new String[] {"text/plain", WITH_MESSAGES}) {
      HttpResponse<byte[]> reply = scrape("a", accept, "up", match);

      assertThat(reply.statusCode()).isEqualTo(400);
      assertThat(reply.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
      assertThat(new String(reply.body(), StandardCharsets.UTF_8))
          .contains("parse error")
          .endsWith("\n");
    }
  }

  @Test
  void whoNamesNoTenantIsToldToAndWhoHasNothingGetsAnEmptyPage() throws Exception {
    assertThat(scrape("", "text/plain", "up").statusCode()).isEqualTo(401);

    HttpResponse<byte[]> nothing = scrape("c", WITH_MESSAGES, "up");

    assertThat(nothing.statusCode()).isEqualTo(200);
    assertThat(nothing.body()).isEmpty();
  }

  private static HttpResponse<byte[]> scrape(String tenant, String accept, String... matches)
      throws Exception {
    StringBuilder path = new StringBuilder("/federate?");
    for (String match : matches) {
      path.append("match%5B%5D=").append(URLEncoder.encode(match, StandardCharsets.UTF_8));
      path.append('&');
    }
    HttpRequest.Builder request = server.to(path.toString());
    if (!tenant.isEmpty()) {
      request.header(TenantResolver.HEADER, tenant);
    }
    if (!accept.isEmpty()) {
      request.header("Accept", accept);
    }
    return server.client().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }
}
