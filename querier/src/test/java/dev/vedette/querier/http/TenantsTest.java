package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.testkit.InMemorySeries;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;

/** Where requests say whose data they ask for, they are told of no other. */
class TenantsTest {
  private static final InMemorySeries STORE = new InMemorySeries();

  @SuppressWarnings("NullAway.Init") // before all tests
  private static TestServer server;

  @BeforeAll
  static void start() {
    for (String name : List.of("a", "b")) {
      STORE.append(new TenantId(name), Labels.of("__name__", "m_" + name, "owner", name), 1000, 1);
    }
    server = new TestServer(STORE, TenantResolver.named());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String get(String tenant, String path) throws Exception {
    return send(server.to(path).header(TenantResolver.HEADER, tenant));
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    return server.send(request.build()).body();
  }

  @Test
  void everyWayToAskGivesWhatIsTheTenants() throws Exception {
    for (String path :
        List.of(
            "/api/v1/query?time=1&query=%7Bowner!%3D%22%22%7D",
            "/api/v1/query_range?start=1&end=2&step=1&query=%7Bowner!%3D%22%22%7D",
            "/api/v1/series?start=0&end=9&match%5B%5D=%7Bowner!%3D%22%22%7D",
            "/api/v1/label/__name__/values?start=0&end=9",
            "/api/v1/status/tsdb")) {
      assertThat(get("a", path)).as(path).contains("m_a").doesNotContain("m_b");
      assertThat(get("b", path)).as(path).contains("m_b").doesNotContain("m_a");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "query?query=1",
        "query_range?query=1&start=0&end=1&step=1",
        "query_exemplars?query=up",
        "series?match%5B%5D=up",
        "labels",
        "labels?match%5B%5D=up",
        "label/job/values",
        "metadata",
        "targets",
        "targets/metadata",
        "targets/failed_lookups",
        "targets/relabel_steps?scrapePool=x&labels=%7B%7D",
        "scrape_pools",
        "status/tsdb",
        "status/tsdb/blocks",
        "status/active_queries",
      })
  void whoNamesNoTenantIsToldTo(String path) throws Exception {
    HttpResponse<String> reply = server.get("/api/v1/" + path);

    assertThat(reply.statusCode()).isEqualTo(401);
    assertThat(reply.body())
        .isEqualTo(
            "{\"status\":\"error\",\"errorType\":\"unauthorized\",\"error\":\"no org id; name the"
                + " tenant in the header X-Scope-OrgID (spec.tenancy.mode is Header) (tenant-missing)\"}");
  }

  @Test
  void formsPagesAndRemoteReadNeedATenantToo() throws Exception {
    assertThat(server.postForm("/api/v1/query", "query=1").statusCode()).isEqualTo(401);
    assertThat(server.get("/federate?match%5B%5D=up").statusCode()).isEqualTo(401);
    HttpRequest read =
        server
            .to("/api/v1/read")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Snappy.compress(new byte[0])))
            .build();
    assertThat(server.send(read).statusCode()).isEqualTo(401);
    // What is of the process and nobody's.
    assertThat(server.get("/api/v1/status/buildinfo").statusCode()).isEqualTo(200);
    assertThat(server.get("/-/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void whoNamesTwoTenantsIsRefused() throws Exception {
    HttpRequest twice =
        server
            .to("/api/v1/query?query=1")
            .header("X-Scope-OrgID", "a")
            .header("X-Scope-OrgID", "b")
            .build();

    HttpResponse<String> reply = server.send(twice);

    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body()).contains("the tenant ID in the header X-Scope-OrgID is there 2 times");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a|b", "..", ".", "a/b", "a b", "\"a\""})
  void whatIsNoNameOfATenantIsRefused(String tenant) throws Exception {
    assertThat(get(tenant, "/api/v1/query?query=1"))
        .contains("\"errorType\":\"bad_data\"")
        .contains("the tenant ID in the header X-Scope-OrgID");
    assertThat(get("a".repeat(151), "/api/v1/query?query=1")).contains("expected at most 150");
    assertThat(get("Team-A_1.x!*'()", "/api/v1/query?query=1")).contains("success");
  }

  @Test
  void pagesOfOtherOriginsMayNameATenant() throws Exception {
    HttpRequest.Builder preflight =
        server
            .to("/api/v1/query")
            .header("Origin", "http://elsewhere")
            .header("Access-Control-Request-Headers", "x-scope-orgid")
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody());

    assertThat(
            server
                .send(preflight.build())
                .headers()
                .firstValue("Access-Control-Allow-Headers")
                .orElse(""))
        .endsWith("Origin, X-Scope-OrgID");
  }

  @Test
  void formsThatGoPastTheFrameworkAreOfTheirTenantToo() throws Exception {
    for (int i = 0; i < 2; i++) {
      HttpRequest.Builder form =
          server
              .to("/api/v1/query")
              .header("Content-Type", "application/x-www-form-urlencoded")
              .header("X-Scope-OrgID", "b")
              .POST(HttpRequest.BodyPublishers.ofString("time=1&query=%7Bowner!%3D%22%22%7D"));
      assertThat(send(form)).contains("m_b").doesNotContain("m_a");
    }
  }

  @Test
  void theSameQueriesOfTwoTenantsShareNothing() throws Exception {
    String path =
        "/api/v1/query_range?start=1&end=2&step=1&query=count(%7Bowner!%3D%22%22%7D)by(owner)";
    assertThat(get("a", path)).contains("\"owner\":\"a\"");
    assertThat(get("b", path)).contains("\"owner\":\"b\"").doesNotContain("\"owner\":\"a\"");
  }
}
