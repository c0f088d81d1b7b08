package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.InMemorySeries;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** Tiers as users of the API meet them. */
class TierApiTest {
  private final InMemorySeries series = new InMemorySeries();

  @Test
  void aTierThatIsAskedForAnswersAndIsNamed() throws Exception {
    series.append(TenantId.DEFAULT, Labels.of("__name__", "m"), 599_000, 4);
    series.append(TenantId.DEFAULT, Labels.of("__name__", "m"), 300_001, 2);
    try (TestServer server = new TestServer(series)) {
      HttpResponse<String> reply =
          server.get("/api/v1/query?query=avg_over_time(m[5m])&time=600&tier=5m");

      assertThat(reply.statusCode()).isEqualTo(200);
      assertThat(reply.body()).contains("[600,\"3\"]").contains("answered from tier 5m");
      assertThat(server.get("/api/v1/query?query=m&time=600&tier=raw").body())
          .contains("[600,\"4\"]")
          .doesNotContain("answered from");
    }
  }

  @Test
  void whatATierCannotSayIsRefusedWithTheReason() throws Exception {
    try (TestServer server = new TestServer(series)) {
      HttpResponse<String> reply = server.get("/api/v1/query?query=changes(m[5m])&tier=5m");

      assertThat(reply.statusCode()).isEqualTo(422);
      assertThat(reply.body())
          .contains("\"errorType\":\"execution\"")
          .contains("changes needs samples as they were")
          .contains("(tier-unfit)");
      HttpResponse<String> nonsense = server.get("/api/v1/query?query=m&tier=coarse");
      assertThat(nonsense.statusCode()).isEqualTo(400);
      assertThat(nonsense.body()).contains("expected raw, or the length of a tier's buckets");
    }
  }
}
