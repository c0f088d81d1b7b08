package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.promql.LanguageFeature;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.testkit.InMemorySeries;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has to be enabled is refused until it is, wherever an expression is read. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LanguageFeaturesTest {
  private final InMemorySeries series = new InMemorySeries();
  private final TestServer stock = server(Set.of());
  private final TestServer all =
      server(
          LanguageFeature.parse(
              "promql-experimental-functions, promql-extended-range-selectors,"
                  + "promql-binop-fill-modifiers,promql-delayed-name-removal"));

  LanguageFeaturesTest() {
    for (int i = 0; i < 3; i++) {
      series.append(TenantId.DEFAULT, Labels.of("__name__", "m", "i", "" + i), 1_000, i);
    }
  }

  private TestServer server(Set<LanguageFeature> features) {
    return new TestServer(QuerierConfig.STOCK.withFeatures(features), series, Optional.empty());
  }

  @AfterAll
  void stop() {
    stock.close();
    all.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limitk(1, m)",
        "sort_by_label(m, \"i\")",
        "rate(m[1m] anchored)",
        "m + on(i) fill(0) m",
      })
  void anExpressionIsTakenWhereItsFeatureIsEnabled(String expression) throws Exception {
    String query = "?time=1&query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);

    for (String path : new String[] {"query", "format_query", "parse_query", "query_exemplars"}) {
      assertThat(stock.get("/api/v1/" + path + query).statusCode()).as(path).isEqualTo(400);
      assertThat(all.get("/api/v1/" + path + query).statusCode()).as(path).isEqualTo(200);
    }
  }

  @Test
  void theRefusalNamesTheFeature() throws Exception {
    assertThat(stock.get("/api/v1/query?query=limitk(1,m)").body())
        .contains("--enable-feature=promql-experimental-functions");
  }

  @Test
  void whatIsEnabledChangesWhileItRuns() throws Exception {
    String query = "/api/v1/query?query=limitk(1,m)&time=1";
    String exemplars = "/api/v1/query_exemplars?query=limitk(1,m)";
    try (TestServer changing = server(Set.of())) {
      assertThat(changing.get(query).statusCode()).isEqualTo(400);
      assertThat(changing.get(exemplars).statusCode()).isEqualTo(400);
      assertThat(changing.get("/api/v1/features").body()).contains("\"limitk\":false");

      changing.settings(
          QuerierConfig.STOCK.withFeatures(Set.of(LanguageFeature.EXPERIMENTAL_FUNCTIONS)));

      assertThat(changing.get(query).statusCode()).isEqualTo(200);
      assertThat(changing.get(exemplars).statusCode()).isEqualTo(200);
      assertThat(changing.get("/api/v1/features").body()).contains("\"limitk\":true");
      assertThat(changing.get("/api/v1/status/flags").body())
          .contains("\"enable-feature\":\"promql-experimental-functions\"");

      changing.settings(QuerierConfig.STOCK);

      assertThat(changing.get(query).statusCode()).isEqualTo(400);
      assertThat(changing.get("/api/v1/features").body()).contains("\"limitk\":false");
    }
  }

  @Test
  void clientsAreToldWhatIsEnabled() throws Exception {
    assertThat(stock.get("/api/v1/features").body()).contains("\"limitk\":false");
    assertThat(all.get("/api/v1/features").body())
        .contains("\"limitk\":true", "\"anchored\":true", "\"fill\":true");
    assertThat(all.get("/api/v1/status/flags").body())
        .contains(
            "\"enable-feature\":\"promql-binop-fill-modifiers,promql-delayed-name-removal,"
                + "promql-experimental-functions,promql-extended-range-selectors\"");
  }
}
