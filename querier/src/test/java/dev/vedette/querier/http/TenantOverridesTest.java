package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.promql.QueryLimits;
import dev.vedette.promql.SettingNames;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.querier.QuerierConfig.Budget;
import dev.vedette.querier.QuerierConfig.OfTenant;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.testkit.InMemorySeries;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two tenants with the same data, one of which may take less than any other, or more. */
@Timeout(60)
class TenantOverridesTest {
  private static final TenantId ONE = new TenantId("one");
  private static final TenantId OTHER = new TenantId("other");
  private static final String PATH = "spec.tenancy.overrides[tenant=one].query.";
  private static final SettingNames NAMES =
      new SettingNames(
          "spec.tenancy.overrides[tenant=one].query",
          Set.of(
              "maxSamples",
              "maxSeries",
              "maxPoints",
              "timeout",
              "memoryPerQuery",
              "maxConcurrentPerTenant"));
  private static final long MANY = Long.MAX_VALUE;
  private static final String ENDLESS = "/api/v1/query?query=count(endless)";
  private static final String ALL = "/api/v1/query?time=100&query=count_over_time(m%5B5m%5D)";
  private static final InMemorySeries STORE = new InMemorySeries();

  /** Ten series of twenty samples each. */
  @BeforeAll
  static void fill() {
    for (int i = 0; i < 200; i++) {
      Labels labels = Labels.of("__name__", "m", "n", Integer.toString(i % 10));
      STORE.append(ONE, labels, i / 10 * 5000L, i);
      STORE.append(OTHER, labels, i / 10 * 5000L, i);
    }
  }

  private static QuerierConfig config(Duration timeout) {
    QuerierConfig stock = QuerierConfig.STOCK;
    return new QuerierConfig(
        4,
        Duration.ZERO,
        timeout,
        stock.lookback(),
        new QueryLimits(MANY, MANY, MANY),
        64 << 20,
        1 << 20,
        stock.slowQuery(),
        false,
        Set.of());
  }

  private static QuerierConfig config(Budget ofOne) {
    return config(QuerierConfig.STOCK.timeout()).withBudgets(Map.of(ONE, ofOne));
  }

  private static Budget budget(long maxSamples, long maxSeries, long maxPoints) {
    return new Budget(
        QuerierConfig.STOCK.timeout(),
        new QueryLimits(maxSamples, maxSeries, maxPoints, NAMES),
        OfTenant.UNBOUND);
  }

  private static Budget budget(Duration timeout, OfTenant ofTenant) {
    return new Budget(timeout, new QueryLimits(MANY, MANY, MANY, NAMES), ofTenant);
  }

  private static TestServer start(Budget ofOne) {
    return start(ofOne, STORE);
  }

  private static TestServer start(Budget ofOne, SeriesSource source) {
    return new TestServer(config(ofOne), source, TenantResolver.named());
  }

  private static HttpResponse<String> get(TestServer server, TenantId tenant, String path)
      throws Exception {
    return server.send(server.to(path).header(TenantResolver.HEADER, tenant.value()).build());
  }

  /** One is refused by a setting of its own, and the other is answered. */
  private static void refusesOne(TestServer server, String path, String message, String setting)
      throws Exception {
    HttpResponse<String> refused = get(server, ONE, path);

    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
    assertThat(refused.body())
        .contains("\"errorType\":\"execution\"")
        .contains(message)
        .contains("or raise " + PATH + setting + " of the MetricsCluster (query-limit)");
    assertThat(get(server, OTHER, path).statusCode()).isEqualTo(200);
  }

  @Test
  void aTenantMayReadFewerSamples() throws Exception {
    try (TestServer server = start(budget(50, MANY, MANY))) {
      refusesOne(server, ALL, "the limit is 50", "maxSamples");
    }
  }

  @Test
  void aTenantMayReadFewerSeries() throws Exception {
    try (TestServer server = start(budget(MANY, 9, MANY))) {
      refusesOne(server, ALL, "the query would read 10 series, the limit is 9", "maxSeries");
    }
  }

  @Test
  void answersToATenantMayHaveFewerPoints() throws Exception {
    String range = "/api/v1/query_range?query=m&start=0&end=95&step=5";
    try (TestServer server = start(budget(MANY, MANY, 199))) {
      refusesOne(server, range, "the answer would have 200 points, the limit is 199", "maxPoints");
    }
  }

  @Test
  void oneQueryOfATenantMayHoldLess() throws Exception {
    OfTenant small = new OfTenant(Integer.MAX_VALUE, MANY, 1 << 20);
    String range = "/api/v1/query_range?query=m&start=0&end=5000&step=1";
    try (TestServer server = start(budget(QuerierConfig.STOCK.timeout(), small))) {
      refusesOne(server, range, "in memory, one query may hold 1024 kB", "memoryPerQuery");
    }
    try (TestServer server =
        start(budget(QuerierConfig.STOCK.timeout(), small), new EndlessSeries())) {
      HttpResponse<String> list = get(server, ONE, "/api/v1/series?match%5B%5D=endless");
      assertThat(list.statusCode()).isEqualTo(422);
      assertThat(list.body()).contains(PATH + "memoryPerQuery");
      assertThat(get(server, OTHER, "/api/v1/series?match%5B%5D=endless").body())
          .contains("spec.query.memory of the MetricsCluster");
    }
  }

  @Test
  void aQueryOfATenantMayTakeLessTime() throws Exception {
    Budget hasty = budget(Duration.ofMillis(20), OfTenant.UNBOUND);
    try (TestServer server = start(hasty, new EndlessSeries())) {
      for (String asked : new String[] {"", "&timeout=1h"}) {
        HttpResponse<String> reply = get(server, ONE, ENDLESS + asked);
        assertThat(reply.statusCode()).isEqualTo(503);
        assertThat(reply.body())
            .contains("timed out in expression evaluation after 20ms")
            .contains("by timeout=, up to " + PATH + "timeout of the MetricsCluster");
      }
      assertThat(get(server, OTHER, ENDLESS + "&timeout=25ms").body())
          .contains("timed out in expression evaluation after 25ms")
          .contains("by timeout=, up to spec.query.timeout of the MetricsCluster");
      assertThat(get(server, OTHER, "/api/v1/query?query=1").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aQueryOfATenantMayTakeMoreTime() throws Exception {
    QuerierConfig config =
        config(Duration.ofMillis(20))
            .withBudgets(Map.of(ONE, budget(Duration.ofHours(1), OfTenant.UNBOUND)));
    try (TestServer server = new TestServer(config, new EndlessSeries(), TenantResolver.named())) {
      assertThat(get(server, ONE, ENDLESS + "&timeout=25ms").body()).contains("after 25ms");
      assertThat(get(server, OTHER, ENDLESS + "&timeout=25ms").body()).contains("after 20ms");
    }
  }

  @Test
  void fewerQueriesOfATenantMayRunAtOnce() throws Exception {
    EndlessSeries source = new EndlessSeries();
    OfTenant alone = new OfTenant(1, MANY, MANY);
    try (TestServer server = start(budget(QuerierConfig.STOCK.timeout(), alone), source);
        Socket socket = new Socket(server.address().host(), server.address().port())) {
      String request =
          "GET %s HTTP/1.1\r\nHost: localhost\r\n%s: one\r\n\r\n"
              .formatted(ENDLESS, TenantResolver.HEADER);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      source.opened.await();

      HttpResponse<String> refused = get(server, ONE, "/api/v1/query?query=1");

      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body())
          .contains("too many queries of tenant one: 1 run already")
          .contains("or raise " + PATH + "maxConcurrentPerTenant of the MetricsCluster");
      assertThat(get(server, OTHER, "/api/v1/query?query=1").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void datadogStyleQueriesAreBoundLikewise() throws Exception {
    String json = "{\"query\":\"avg:m{*} by {n}\",\"from\":10,\"to\":100,\"interval\":10}";
    try (TestServer server = start(budget(MANY, 9, MANY))) {
      for (TenantId tenant : new TenantId[] {ONE, OTHER}) {
        HttpResponse<String> reply =
            server.send(
                server
                    .to("/api/v1/query")
                    .header(TenantResolver.HEADER, tenant.value())
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(json))
                    .build());
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(tenant.equals(ONE) ? 422 : 200);
        assertThat(reply.body()).contains(tenant.equals(ONE) ? PATH + "maxSeries" : "\"points\"");
      }
    }
  }

  @Test
  void whatIsChangedIsInForceForTheNextQueryThoughItsResultIsKept() throws Exception {
    String range = "/api/v1/query_range?query=sum(m)by(n)&start=0&end=95&step=5";
    try (TestServer server = start(budget(MANY, MANY, MANY))) {
      String answer = get(server, ONE, range).body();
      assertThat(answer).contains("\"status\":\"success\"");

      server.settings(config(budget(MANY, MANY, 199)));
      refusesOne(server, range, "the limit is 199", "maxPoints");

      server.settings(config(budget(MANY, 9, MANY)));
      refusesOne(server, range, "the limit is 9", "maxSeries");

      server.settings(config(QuerierConfig.STOCK.timeout()));
      assertThat(get(server, ONE, range).body()).isEqualTo(answer);
      assertThat(get(server, ONE, range).body()).isEqualTo(answer);
    }
  }
}
