package dev.vedette.ingester.scrape;

import static dev.vedette.ingester.scrape.ScrapeFixture.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.ScrapeTarget;
import dev.vedette.model.ErrorId;
import dev.vedette.model.SampleSink;
import dev.vedette.model.TargetSource.Health;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.testkit.InMemorySeries;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Bounds of scrapes and of scraping, and storage that takes nothing. */
class LimitsTest extends OneTarget {
  @Test
  void tooManySamplesFailTheWholeScrape() {
    target.shows("a 1", "b 2", "c 3");
    scraping.apply(at(target), "limits: {samples: 2}");

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("0");
    assertThat(scraping.values("scrape_samples_scraped")).containsExactly("3");
    assertThat(scraping.has("a")).isFalse();
    assertThat(scraping.lastError()).contains("3 samples", "spec.limits.samples allows 2");
  }

  @Test
  void samplesThatRelabellingDropsDoNotCount() {
    target.shows("a 1", "b 2", "c 3");
    scraping.apply(
        at(target),
        "limits: {samples: 2}",
        "metricRelabelings: [{sourceLabels: [__name__], regex: c, action: drop}]");

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("1");
  }

  @Test
  void tooManyLabelsFailTheScrape() {
    target.shows("a{x=\"1\",y=\"2\"} 1");
    scraping.apply(at(target), "limits: {labels: 4}");

    scraping.scrape(2);

    assertThat(scraping.values("up")).containsExactly("0", "0");
    assertThat(scraping.lastError()).contains("series a has 5 labels, spec.limits.labels allows 4");
  }

  @Test
  void labelsThatAreTooLongFailTheScrapeCountedInBytes() {
    target.shows("a{x=\"öööööö\"} 1");
    scraping.apply(at(target), "limits: {labelValueLength: 20}");
    scraping.scrape();
    assertThat(scraping.lastError()).isEmpty();

    scraping.apply(at(target), "limits: {labelValueLength: 8}");
    scraping.scrape();
    assertThat(scraping.lastError())
        .contains("the value of label instance", "spec.limits.labelValueLength allows 8");

    scraping.apply(at(target), "limits: {labelNameLength: 7}");
    scraping.scrape();
    assertThat(scraping.lastError()).contains("the name of label", "spec.limits.labelNameLength");
  }

  @Test
  void aScrapeTargetWithTooManyTargetsScrapesNone() {
    scraping.apply(
        "static: {targets: ['%s', 'localhost:%d']}".formatted(target.address(), target.port()),
        "limits: {targets: 1}");

    scraping.scrape();

    assertThat(target.requests()).isEmpty();
    assertThat(scraping.pools.active())
        .hasSize(2)
        .allSatisfy(
            shown -> {
              assertThat(shown.health()).isEqualTo(Health.DOWN);
              assertThat(shown.lastError()).contains("2 targets", "spec.limits.targets allows 1");
            });
    assertThat(scraping.metric("vedette_ingester_targets_over_limit")).isEqualTo(2);
  }

  @Test
  void targetsBeyondWhatTheProcessTakesAreShownAndNotScraped() {
    try (ScrapeFixture one = new ScrapeFixture(new ScrapeConfig(1, 10))) {
      one.apply(
          "static: {targets: ['%s', 'localhost:%d']}".formatted(target.address(), target.port()));

      one.scrape();

      assertThat(target.requests()).hasSize(1);
      assertThat(one.pools.active())
          .extracting(shown -> shown.lastError().contains("scrapes 1 targets already"))
          .containsExactlyInAnyOrder(true, false);
    }
  }

  @Test
  void oneScrapeTooManyAtATimeFailsAndSaysSo() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    target.answers(
        exchange -> {
          asked.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          TestTarget.send(exchange, 200, TestTarget.TEXT, "a 1\n");
        });
    try (ScrapeFixture narrow = new ScrapeFixture(new ScrapeConfig(10, 1))) {
      ScrapeTarget slow =
          ScrapeFixture.resource("slow", at(target), "interval: 60s", "timeout: 60s");
      narrow.pools.resources(List.of(slow));
      Thread first = Thread.ofVirtual().start(() -> narrow.time.advance(Duration.ofSeconds(60)));
      asked.await();

      narrow.pools.resources(
          List.of(
              slow, ScrapeFixture.resource("next", at(target), "interval: 1s", "timeout: 10ms")));
      narrow.time.advance(Duration.ofSeconds(1));

      assertThat(narrow.pools.active().getFirst().lastError())
          .contains("too many scrapes were under way");
      assertThat(narrow.metric("vedette_ingester_scrape_failures")).isEqualTo(1);
      goOn.countDown();
      first.join();
    }
  }

  @Test
  void storageThatTakesNothingIsCountedAndScrapingGoesOn() {
    AtomicBoolean broken = new AtomicBoolean(true);
    InMemorySeries store = new InMemorySeries();
    SampleSink sink =
        (tenant, batch) -> {
          if (broken.get()) {
            throw new Unavailable(ErrorId.STORAGE_UNAVAILABLE, "not now", "wait");
          }
          return store.write(tenant, batch);
        };
    target.shows("# TYPE a gauge", "a 1");
    try (ScrapeFixture unlucky =
        new ScrapeFixture(ScrapeConfig.DEFAULT, sink, ScrapeFixture.noDns())) {
      unlucky.apply(at(target));
      unlucky.scrape(2);
      assertThat(unlucky.metric("vedette_ingester_scrape_samples_lost")).isEqualTo(12);

      broken.set(false);
      unlucky.scrape();

      assertThat(unlucky.metric("vedette_ingester_scrape_samples_lost")).isEqualTo(12);
      assertThat(unlucky.metric("vedette_ingester_scrapes")).isEqualTo(3);
      assertThat(store.metadata(TenantId.DEFAULT)).hasSize(1);
    }
  }

  @Test
  void aTargetOfWhichAPartIsNotStoredIsUpAndSaysSo() {
    AtomicBoolean full = new AtomicBoolean(true);
    SampleSink sink =
        (tenant, batch) ->
            new WriteOutcome(
                0,
                0,
                full.get()
                    ? List.of(
                        new WriteOutcome.Refusal(
                            ErrorId.METRIC_SERIES_LIMIT, 4, "metric a has 5 series", false))
                    : List.of());
    target.shows("a 1");
    try (ScrapeFixture part =
        new ScrapeFixture(ScrapeConfig.DEFAULT, sink, ScrapeFixture.noDns())) {
      part.apply(at(target));

      part.scrape();

      assertThat(part.pools.active().getFirst().health()).isEqualTo(Health.UP);
      assertThat(part.lastError())
          .isEqualTo("4 of 6 samples not stored (metric-series-limit): metric a has 5 series");

      full.set(false);
      part.scrape();

      assertThat(part.lastError()).isEmpty();
    }
  }

  @Test
  void seriesThatEndedWhileStorageTookNothingEndOnceItDoes() {
    OutageSink outage = new OutageSink(scraping.store);
    try (ScrapeFixture unlucky =
        new ScrapeFixture(ScrapeConfig.DEFAULT, outage, ScrapeFixture.noDns())) {
      target.shows("a 1", "b 1");
      unlucky.apply(at(target));
      unlucky.scrape();

      outage.on = true;
      target.shows("a 2");
      unlucky.scrape(2);
      assertThat(unlucky.lastError()).contains("not now");
      outage.on = false;
      unlucky.scrape(2);

      assertThat(scraping.values("a")).containsExactly("1", "2", "2");
      assertThat(scraping.values("b")).containsExactly("1", "stale");
    }
  }

  @Test
  void aTargetThatWentWhileStorageTookNothingEndsOnceItDoes() {
    OutageSink outage = new OutageSink(scraping.store);
    try (ScrapeFixture unlucky =
        new ScrapeFixture(ScrapeConfig.DEFAULT, outage, ScrapeFixture.noDns())) {
      target.shows("a 1");
      unlucky.apply(at(target));
      unlucky.scrape();

      outage.on = true;
      unlucky.pools.resources(List.of());
      unlucky.scrape(4);
      assertThat(scraping.values("a")).containsExactly("1");
      outage.on = false;
      unlucky.scrape(2);

      assertThat(scraping.values("a")).containsExactly("1", "stale");
      assertThat(scraping.values("up")).containsExactly("1", "stale");
    }
  }

  /** Storage that takes nothing while it is told so. */
  private static final class OutageSink implements SampleSink {
    private final SampleSink store;
    private volatile boolean on;

    OutageSink(SampleSink store) {
      this.store = store;
    }

    @Override
    public WriteOutcome write(TenantId tenant, WriteBatch batch) {
      if (on) {
        throw new Unavailable(ErrorId.STORAGE_UNAVAILABLE, "not now", "wait");
      }
      return store.write(tenant, batch);
    }
  }

  @Test
  void samplesThatStorageRefusesAreCountedByReason() {
    SampleSink sink =
        (tenant, batch) ->
            new WriteOutcome(
                0, 0, List.of(new WriteOutcome.Refusal(ErrorId.SERIES_LIMIT, 4, "full", false)));
    try (ScrapeFixture full =
        new ScrapeFixture(ScrapeConfig.DEFAULT, sink, ScrapeFixture.noDns())) {
      full.apply(at(target));

      full.scrape();

      assertThat(full.metric("vedette_ingester_scrape_samples_refused")).isEqualTo(4);
    }
  }
}
