package dev.vedette.ingester.scrape;

import static dev.vedette.ingester.scrape.ScrapeFixture.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.TargetSource.RelabelStep;
import dev.vedette.model.TargetSource.TargetFamilies;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What can be asked about targets besides their state. */
class TargetInfoTest extends OneTarget {
  @Test
  void familiesAreThoseOfTheLastPageThatCouldBeRead() {
    target.shows("# TYPE a counter", "# HELP a What a is.", "a 1");
    scraping.apply(at(target));
    assertThat(scraping.pools.families()).allSatisfy(all -> assertThat(all.families()).isEmpty());

    scraping.scrape();
    TargetFamilies first = scraping.pools.families().getFirst();
    target.shows("this is no page {{{");
    scraping.scrape();
    TargetFamilies second = scraping.pools.families().getFirst();
    target.shows("# TYPE b gauge", "b 1");
    scraping.scrape();

    MetricMetadata a = new MetricMetadata("a", MetricType.COUNTER, "What a is.", "");
    assertThat(first.labels().get("job")).isEqualTo("api");
    assertThat(first.families()).containsExactly(a);
    assertThat(second.families()).containsExactly(a);
    assertThat(scraping.pools.families().getFirst().families())
        .containsExactly(new MetricMetadata("b", MetricType.GAUGE, "", ""));
  }

  @Test
  void targetsThatSayTheSameHoldOneListOfIt() {
    target.shows("# TYPE a counter", "a 1");
    scraping.apply(
        "static: {targets: ['%s', 'localhost:%s']}"
            .formatted(
                target.address(), target.address().substring(target.address().indexOf(':') + 1)));

    scraping.scrape();

    List<TargetFamilies> all = scraping.pools.families();
    assertThat(all).hasSize(2);
    assertThat(all.getFirst().families()).hasSize(1).isSameAs(all.getLast().families());
  }

  @Test
  void relabellingIsShownRuleByRuleUpToTheOneThatDrops() {
    scraping.apply(
        at(target),
        "relabelings:",
        "- {sourceLabels: [__address__], targetLabel: host, regex: '(.*):.*'}",
        "- {sourceLabels: [env], regex: test, action: drop}",
        "- {regex: env, action: labeldrop}");
    String pool = scraping.pools.active().getFirst().pool();

    Labels found = Labels.of("__address__", "a:1", "env", "prod");
    List<RelabelStep> kept = scraping.pools.relabelSteps(pool, found).orElseThrow();
    List<RelabelStep> dropped =
        scraping
            .pools
            .relabelSteps(pool, Labels.of("__address__", "a:1", "env", "test"))
            .orElseThrow();

    assertThat(kept).extracting(RelabelStep::isKept).containsExactly(true, true, true);
    assertThat((Object) kept.getFirst().output())
        .isEqualTo(Labels.of("__address__", "a:1", "env", "prod", "host", "a"));
    assertThat((Object) kept.getLast().output())
        .isEqualTo(Labels.of("__address__", "a:1", "host", "a"));
    assertThat(kept.get(1).rule().action()).isEqualTo("drop");
    assertThat(dropped).extracting(RelabelStep::isKept).containsExactly(true, false, false);
    assertThat((Object) dropped.getLast().output()).isEqualTo(Labels.EMPTY);
    assertThat(scraping.pools.relabelSteps("none", found)).isEmpty();
  }
}
