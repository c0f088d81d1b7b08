package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.InMemorySeries;
import java.net.http.HttpRequest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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
    server = new TestServer(STORE, authorization -> new TenantId(authorization.strip()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String get(String tenant, String path) throws Exception {
    return send(server.to(path).header("Authorization", tenant));
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

  @Test
  void formsThatGoPastTheFrameworkAreOfTheirTenantToo() throws Exception {
    for (int i = 0; i < 2; i++) {
      HttpRequest.Builder form =
          server
              .to("/api/v1/query")
              .header("Content-Type", "application/x-www-form-urlencoded")
              .header("Authorization", "b")
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
