package dev.vedette.ingester.scrape;

import static dev.vedette.ingester.scrape.ScrapeFixture.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.ingester.discovery.DnsResolver;
import dev.vedette.ingester.scrape.ScrapeFixture.Stored;
import dev.vedette.model.Labels;
import dev.vedette.model.TargetSource.Dropped;
import dev.vedette.model.TargetSource.Health;
import dev.vedette.model.TargetSource.Target;
import dev.vedette.testkit.InMemorySeries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is scraped while resources, files and names change. */
class ReloadTest extends OneTarget {
  @TempDir Path folder;

  @BeforeEach
  void showSomething() {
    target.shows("a 1", "b 2");
  }

  @Test
  void targetsAreShownWithWhatTheyWereFoundWith() {
    scraping.apply(at(target), "interval: 30s", "params: {x: [z]}");

    scraping.scrape(2);

    Target shown = scraping.pools.active().getFirst();
    assertThat(shown.pool()).isEqualTo("shop/api/0");
    assertThat(shown.url()).isEqualTo("http://%s/metrics?x=z".formatted(target.address()));
    assertThat((Object) shown.discovered())
        .isEqualTo(
            Labels.of(
                "__address__",
                target.address(),
                "__metrics_path__",
                "/metrics",
                "__param_x",
                "z",
                "__scheme__",
                "http",
                "__scrape_interval__",
                "30s",
                "__scrape_timeout__",
                "10s",
                "job",
                "api"));
    assertThat((Object) shown.labels())
        .isEqualTo(Labels.of("instance", target.address(), "job", "api"));
    assertThat(shown.interval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(shown.health()).isEqualTo(Health.UP);
    assertThat(shown.lastError()).isEmpty();
    assertThat(shown.lastScrape()).isPresent();
  }

  @Test
  void relabelingsDropAndChangeTargets() {
    scraping.apply(
        "static: {targets: ['%s', 'dropped:1']}".formatted(target.address()),
        "relabelings:",
        "- {sourceLabels: [__address__], regex: 'dropped:.*', action: drop}",
        "- {targetLabel: __metrics_path__, replacement: /other}",
        "- {targetLabel: instance, replacement: renamed}");

    scraping.scrape();

    assertThat(target.requests().getFirst().uri()).isEqualTo("/other");
    assertThat(scraping.labels("a").get("instance")).isEqualTo("renamed");
    assertThat(scraping.pools.dropped())
        .extracting(Dropped::discovered)
        .extracting(labels -> labels.get("__address__"))
        .containsExactly("dropped:1");
  }

  @Test
  void targetsThatRelabellingMakesEqualAreScrapedOnce() {
    scraping.apply(
        "static: {targets: ['one:1', 'two:2']}",
        "relabelings: [{targetLabel: __address__, replacement: '%s'}]".formatted(target.address()));

    scraping.scrape();

    assertThat(target.requests()).hasSize(1);
  }

  @Test
  void targetsThatCannotBeScrapedAreCountedAndOthersGoOn() {
    scraping.apply(
        "static: {targets: ['%s', 'bad:1']}".formatted(target.address()),
        "relabelings:",
        "- {sourceLabels: [__address__], regex: 'bad:.*', targetLabel: __address__,"
            + " replacement: 'a b'}");

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("1");
    assertThat(scraping.metric("vedette_ingester_scrape_invalid_targets")).isEqualTo(1);
  }

  @Test
  void aTargetThatGoesEndsItsSeriesAfterAWhile() {
    scraping.apply(at(target));
    scraping.scrape();
    long last = scraping.samples("a").getFirst().millis();

    scraping.pools.resources(List.of());
    scraping.scrape();
    assertThat(scraping.values("a")).containsExactly("1");
    scraping.scrape(2);

    assertThat(scraping.samples("a"))
        .containsExactly(new Stored(last, "1"), new Stored(last + 15_000, "stale"));
    assertThat(scraping.values("up")).containsExactly("1", "stale");
    assertThat(scraping.values("scrape_series_added")).containsExactly("2", "stale");
    assertThat(scraping.pools.active()).isEmpty();
    assertThat(target.requests()).hasSize(1);
  }

  @Test
  void aTargetThatComesBackInTimeGoesOnAsIfNothingHadBeen() {
    scraping.apply(at(target));
    scraping.scrape();

    scraping.pools.resources(List.of());
    scraping.time.advance(Duration.ofSeconds(1));
    scraping.apply(at(target));
    scraping.scrape(5);

    assertThat(scraping.values("a")).doesNotContain("stale").hasSizeGreaterThanOrEqualTo(5);
    assertThat(scraping.values("scrape_series_added").stream().skip(1)).containsOnly("0");
  }

  @Test
  void aTargetThatMovesToAnotherUrlKeepsItsSeries() throws IOException {
    String sameInstance = "relabelings: [{targetLabel: instance, replacement: one}]";
    scraping.apply(at(target), sameInstance);
    scraping.scrape();

    try (TestTarget moved = TestTarget.start()) {
      moved.shows("a 5");
      scraping.apply(at(moved), sameInstance);
      scraping.scrape(4);

      assertThat(scraping.values("a")).startsWith("1", "5").doesNotContain("stale");
      assertThat(scraping.values("b")).containsExactly("2", "stale");
    }
  }

  @Test
  void changedRulesForSamplesTakeEffectAndKeepTheSchedule() {
    scraping.apply(at(target));
    scraping.scrape();

    scraping.apply(
        at(target), "metricRelabelings: [{sourceLabels: [__name__], regex: b, action: drop}]");
    scraping.scrape();

    assertThat(scraping.values("b")).containsExactly("2", "stale");
    List<Stored> samples = scraping.samples("a");
    assertThat(samples.get(1).millis() - samples.get(0).millis()).isEqualTo(15_000);
  }

  @Test
  void otherResourcesDoNotDisturbATarget() throws IOException {
    scraping.apply(at(target));
    scraping.scrape();

    try (TestTarget other = TestTarget.start()) {
      scraping.pools.resources(
          List.of(
              ScrapeFixture.resource("api", at(target)), ScrapeFixture.resource("new", at(other))));
      scraping.scrape();
    }

    List<Stored> samples = scraping.samples("a");
    assertThat(samples.get(1).millis() - samples.get(0).millis()).isEqualTo(15_000);
    assertThat(scraping.pools.active()).hasSize(2);
  }

  @Test
  void anotherIntervalTakesEffectAtOnce() {
    scraping.apply(at(target), "interval: 1h");
    scraping.apply(at(target), "interval: 15s");

    scraping.scrape();

    assertThat(scraping.values("a")).containsExactly("1");
  }

  @Test
  void aChangedSecretTakesEffect() {
    scraping.apply(at(target), "authorization: {credentials: one}");
    scraping.scrape();

    scraping.apply(at(target), "authorization: {credentials: two}");
    scraping.scrape();

    assertThat(target.requests())
        .extracting(request -> request.header("Authorization"))
        .containsExactly("Bearer one", "Bearer two");
    assertThat(scraping.values("a")).containsExactly("1", "1");
  }

  @Test
  void filesOfTargetsAreFollowed() throws IOException {
    Path file = folder.resolve("targets.yml");
    scraping.apply("files: {paths: ['%s']}".formatted(file));
    scraping.scrape();
    assertThat(scraping.pools.active()).isEmpty();

    Files.writeString(
        file, "- targets: ['%s']\n  labels: {rack: r1}\n".formatted(target.address()));
    scraping.time.advance(Duration.ofSeconds(2));
    scraping.scrape();

    assertThat(scraping.labels("a").get("rack")).isEqualTo("r1");
    assertThat(scraping.pools.active().getFirst().discovered().get("__meta_filepath"))
        .isEqualTo(file.toString());
  }

  @Test
  void filesThatCannotBeReadAreShownUntilTheyAreMendedOrNobodyAsksForThem() throws IOException {
    Path file = Files.writeString(folder.resolve("targets.yml"), "- target: x\n");
    scraping.apply("files: {paths: ['%s']}".formatted(file));
    scraping.scrape();

    assertThat(scraping.pools.failedLookups())
        .singleElement()
        .satisfies(
            failed -> {
              assertThat(failed.pool()).isEqualTo("shop/api/0");
              assertThat(failed.place().name()).isEqualTo(file.toString());
              assertThat(failed.place().targetsKept()).isZero();
            });

    Files.writeString(file, "- targets: ['%s']\n".formatted(target.address()));
    scraping.time.advance(Duration.ofSeconds(2));
    scraping.scrape();
    assertThat(scraping.pools.failedLookups()).isEmpty();

    Files.writeString(file, "- wrong again, and longer\n");
    scraping.time.advance(Duration.ofSeconds(2));
    scraping.scrape();
    assertThat(scraping.pools.failedLookups()).hasSize(1);
    scraping.apply(at(target));
    assertThat(scraping.pools.failedLookups()).isEmpty();
  }

  @Test
  void namesAreLookedUpAgain() {
    List<String> addresses = new ArrayList<>(List.of("127.0.0.1"));
    DnsResolver dns =
        new DnsResolver() {
          @Override
          public List<String> addresses(String name, boolean ipv6) {
            return List.copyOf(addresses);
          }

          @Override
          public List<Service> services(String name) {
            return List.of();
          }
        };
    try (ScrapeFixture looking =
        new ScrapeFixture(ScrapeConfig.DEFAULT, new InMemorySeries(), dns)) {
      looking.apply("dns: {names: [api.test], type: A, port: %d}".formatted(target.port()));
      looking.scrape();
      assertThat(looking.pools.active()).extracting(Target::health).containsExactly(Health.UP);

      addresses.clear();
      looking.time.advance(Duration.ofSeconds(30));

      assertThat(looking.pools.active()).isEmpty();
    }
  }

  @Test
  void pagesOfTheProcessItselfAreTargetsToo() {
    scraping.pools.builtIn(
        List.of(
            BuiltInTarget.of("vedette", target.address(), "/metrics"),
            BuiltInTarget.of("node", target.address(), "/agent/metrics")
                .every(Duration.ofSeconds(5))));
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.pools.active())
        .extracting(Target::pool)
        .containsExactly("shop/api/0", "vedette/node/0", "vedette/vedette/0");
    assertThat(scraping.series("up").values())
        .extracting(List::size)
        .as("scrapes; those of this process begin at once")
        .containsExactlyInAnyOrder(1, 2, 4);
    assertThat(scraping.series("up").firstKey().get("instance")).isEqualTo(target.address());
  }

  @Test
  void nothingEndsWhenTheProcessDoes() {
    scraping.apply(at(target));
    scraping.scrape();

    scraping.pools.close();
    scraping.scrape(5);

    assertThat(scraping.values("a")).containsExactly("1");
    assertThat(scraping.values("up")).containsExactly("1");
  }
}
