package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.testkit.InMemorySeries;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When something is said about a query, and what of it is named: as a Prometheus has it. */
class AnnotationsTest {
  private static final TenantId TENANT = TenantId.DEFAULT;

  private final InMemorySeries store = new InMemorySeries();
  private final PromqlEngine engine =
      new PromqlEngine(EngineConfig.DEFAULT, store, Ticker.system());

  @BeforeEach
  void fill() {
    HistogramLayout layout = HistogramLayout.of(0, 0, BucketSpans.of(0, 1), BucketSpans.NONE);
    Histogram histogram =
        Histogram.ofIntegers(layout, CounterReset.UNKNOWN, 4, 0, 2, new long[] {4}, new long[0]);
    store.append(TENANT, Labels.of("__name__", "h", "host", "a"), 0, histogram, 0);
    store.append(TENANT, Labels.of("__name__", "m", "host", "a"), 0, 1);
    store.append(TENANT, Labels.of("__name__", "n", "host", "a"), 0, 2);
  }

  private QueryResult.QueryInfo ask(String expression) {
    return engine.instant(TENANT, expression, 0, QueryOptions.DEFAULT).info();
  }

  private List<String> warnings(String expression) {
    return ask(expression).warnings();
  }

  private List<String> infos(String expression) {
    return ask(expression).infos();
  }

  @Test
  void anAggregationNamesItsOperandAndOneThatChoosesSeriesItself() {
    assertThat(infos("max by (host) (h)"))
        .containsExactly("PromQL info: ignored histogram in max aggregation (1:16)");
    assertThat(infos("quantile(0.5, h)"))
        .containsExactly("PromQL info: ignored histogram in quantile aggregation (1:15)");
    assertThat(infos("0 + topk(1, h)"))
        .contains("PromQL info: ignored histogram in topk aggregation (1:5)");
    assertThat(warnings("sum({host=\"a\"})"))
        .containsExactly(
            "PromQL warning: encountered a mix of histograms and floats for aggregation (1:5)");
  }

  @Test
  void ofNoneAtAllNothingIsIgnored() {
    assertThat(infos("bottomk(0, h)")).isEmpty();
  }

  @Test
  void aCallNamesItsFirstArgumentWithoutParentheses() {
    assertThat(warnings("quantile_over_time(-1, m[1m])"))
        .containsExactly("PromQL warning: quantile value should be between 0 and 1, got -1 (1:20)");
    assertThat(warnings("histogram_quantile(0.9, ((m)))"))
        .singleElement()
        .asString()
        .endsWith("(1:27)");
  }

  @Test
  void aQuantileThatCannotBeIsSaidWhereThereIsNoSeriesToo() {
    assertThat(warnings("quantile(2, absent_metric)"))
        .containsExactly("PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)");
  }

  @Test
  void ofTwoPlacesWithTheSameToSayTheLastIsNamed() {
    assertThat(warnings("quantile(2, m) + quantile(2, n)"))
        .containsExactly("PromQL warning: quantile value should be between 0 and 1, got 2 (1:27)");
  }

  @Test
  void operandsThatDoNotGoTogetherAreNoMatch() {
    String left = "{__name__=~\"m|n\"}";

    assertThat(infos(left + " / on (host) h"))
        .containsExactly(
            "PromQL info: incompatible sample types encountered for binary operator \"/\":"
                + " float / histogram (1:1)");
    // One that a comparison takes out is.
    assertThatThrownBy(() -> ask(left + " > on (host) (m + 5)"))
        .hasMessageContaining("multiple matches for labels");
  }
}
