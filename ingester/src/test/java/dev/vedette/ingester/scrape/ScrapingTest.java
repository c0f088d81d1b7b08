package dev.vedette.ingester.scrape;

import static dev.vedette.ingester.scrape.ScrapeFixture.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.ingester.scrape.ScrapeFixture.Stored;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.TargetSource.Health;
import dev.vedette.model.TenantId;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What scrapes of one target leave in storage. */
class ScrapingTest extends OneTarget {
  @Test
  void samplesArriveWithTheTargetsLabels() {
    target.shows("# TYPE requests_total counter", "requests_total{code=\"200\"} 7", "temp -1.5e3");
    scraping.apply(at(target), "labels: {zone: a}");

    scraping.scrape(2);

    assertThat((Object) scraping.labels("requests_total"))
        .isEqualTo(
            Labels.of(
                "__name__",
                "requests_total",
                "code",
                "200",
                "instance",
                target.address(),
                "job",
                "api",
                "zone",
                "a"));
    assertThat(scraping.values("requests_total")).containsExactly("7", "7");
    assertThat(scraping.values("temp")).containsExactly("-1500", "-1500");
  }

  @Test
  void openMetricsIsReadToo() {
    target.showsOpenMetrics(
        "# TYPE requests counter", "requests_total{code=\"200\"} 7 # {trace_id=\"x\"} 1");
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.values("requests_total")).containsExactly("7");
    assertThat(target.requests().getFirst().header("Accept"))
        .startsWith("application/openmetrics-text;version=1.0.0");
  }

  @Test
  void eachScrapeReportsOnItself() {
    target.shows("a 1", "b 2", "c 3");
    scraping.apply(
        at(target), "metricRelabelings: [{sourceLabels: [__name__], regex: c, action: drop}]");

    scraping.scrape(2);

    assertThat(scraping.values("up")).containsExactly("1", "1");
    assertThat(scraping.values("scrape_samples_scraped")).containsExactly("3", "3");
    assertThat(scraping.values("scrape_samples_post_metric_relabeling")).containsExactly("2", "2");
    assertThat(scraping.values("scrape_series_added")).containsExactly("2", "0");
    assertThat(scraping.values("scrape_duration_seconds")).containsExactly("0", "0");
    assertThat(scraping.has("c")).isFalse();
    assertThat(scraping.has("scrape_body_size_bytes")).isFalse();
  }

  @Test
  void timestampsAreAsRegularAsTheSchedule() {
    target.shows("a 1");
    scraping.apply(at(target));

    scraping.scrape(4);

    List<Long> times = scraping.samples("a").stream().map(Stored::millis).toList();
    assertThat(times).hasSize(4);
    for (int i = 1; i < times.size(); i++) {
      assertThat(times.get(i) - times.get(i - 1)).isEqualTo(15_000);
    }
  }

  @Test
  void aSeriesThatDisappearsEnds() {
    target.shows("a 1", "b 2");
    scraping.apply(at(target));
    scraping.scrape();

    target.shows("a 1");
    scraping.scrape(2);

    assertThat(scraping.values("b")).containsExactly("2", "stale");
    assertThat(scraping.values("a")).containsExactly("1", "1", "1");
  }

  @Test
  void aSeriesThatReturnsGoesOn() {
    target.shows("a 1", "b 2");
    scraping.apply(at(target));
    scraping.scrape();
    target.shows("a 1");
    scraping.scrape();

    target.shows("b 3", "a 1");
    scraping.scrape();

    assertThat(scraping.values("b")).containsExactly("2", "stale", "3");
  }

  @Test
  void aTargetThatFailsEndsItsSeriesAndIsDown() {
    target.shows("a 1");
    scraping.apply(at(target));
    scraping.scrape();

    target.fails(503);
    scraping.scrape(2);

    assertThat(scraping.values("a")).containsExactly("1", "stale");
    assertThat(scraping.values("up")).containsExactly("1", "0", "0");
    assertThat(scraping.lastError()).contains("HTTP status 503").contains("expected 200");
    assertThat(scraping.pools.active().getFirst().health()).isEqualTo(Health.DOWN);
    assertThat(scraping.metric("vedette_ingester_scrape_failures")).isEqualTo(2);

    target.shows("a 4");
    scraping.scrape();

    assertThat(scraping.values("a")).containsExactly("1", "stale", "4");
    assertThat(scraping.pools.active().getFirst().health()).isEqualTo(Health.UP);
  }

  @Test
  void aPageThatBreaksInTheMiddleStoresNothingOfIt() {
    target.shows("a 1", "b 2");
    scraping.apply(at(target));
    scraping.scrape();

    target.shows("a 2", "b{ 3");
    scraping.scrape();

    assertThat(scraping.values("a")).containsExactly("1", "stale");
    assertThat(scraping.values("up")).containsExactly("1", "0");
    assertThat(scraping.lastError()).contains("line 2").contains("invalid-exposition");
  }

  @Test
  void anOpenMetricsPageWithoutItsEndFails() {
    target.answers(exchange -> TestTarget.send(exchange, 200, TestTarget.OPENMETRICS, "a 1\n"));
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("0");
    assertThat(scraping.has("a")).isFalse();
  }

  @Test
  void aTargetThatNamesNoFormatIsReadAsText() {
    target.answers(exchange -> TestTarget.send(exchange, 200, "", "a 1\n"));
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.values("a")).containsExactly("1");
  }

  @Test
  void aTargetThatChangesItsFormatGoesOn() {
    target.shows("# TYPE h histogram", "h_bucket{le=\"1\"} 1");
    scraping.apply(at(target));
    scraping.scrape();

    target.showsOpenMetrics("# TYPE h histogram", "h_bucket{le=\"1.0\"} 2");
    scraping.scrape();

    assertThat(scraping.values("h_bucket")).containsExactly("1", "2");
  }

  @Test
  void theSameTextUnderAnotherTypeIsAnotherSeries() {
    target.shows("# TYPE h gauge", "h_bucket{le=\"1\"} 1");
    scraping.apply(at(target));
    scraping.scrape();

    target.shows("# TYPE h histogram", "h_bucket{le=\"1\"} 2");
    scraping.scrape();

    assertThat(scraping.series("h_bucket").values())
        .extracting(samples -> samples.stream().map(Stored::value).toList())
        .containsExactlyInAnyOrder(List.of("1", "stale"), List.of("2"));
  }

  @Test
  void labelsOfTheTargetWinUnlessThePageIsHonored() {
    target.shows("a{job=\"mine\",instance=\"me\"} 1");
    scraping.apply(at(target));
    scraping.scrape();
    assertThat(scraping.labels("a").get("job")).isEqualTo("api");
    assertThat(scraping.labels("a").get("exported_job")).isEqualTo("mine");
    assertThat(scraping.labels("a").get("exported_instance")).isEqualTo("me");
  }

  @Test
  void labelsOfThePageWinWhereTheyAreHonored() {
    target.shows("a{job=\"mine\"} 1");
    scraping.apply(at(target), "honorLabels: true");
    scraping.scrape();
    assertThat(scraping.labels("a").get("job")).isEqualTo("mine");
    assertThat(scraping.labels("a").has("exported_job")).isFalse();
  }

  @Test
  void timestampsOfThePageAreKeptAndTheirSeriesDoNotEnd() {
    long own = scraping.time.millis() - 60_000;
    target.shows("a 1 " + own, "b 2");
    scraping.apply(at(target));
    scraping.scrape();

    target.shows("b 2");
    scraping.scrape();

    assertThat(scraping.samples("a")).containsExactly(new Stored(own, "1"));
  }

  @Test
  void timestampsOfThePageMayBeIgnored() {
    target.shows("a 1 1000");
    scraping.apply(at(target), "honorTimestamps: false");
    scraping.scrape();

    target.shows("b 2");
    scraping.scrape();

    assertThat(scraping.values("a")).containsExactly("1", "stale");
    assertThat(scraping.samples("a").getFirst().millis()).isGreaterThan(1_700_000_000_000L);
  }

  @Test
  void seriesWithTimestampsEndWhereThatIsTracked() {
    long own = scraping.time.millis() - 1000;
    target.shows("a 1 " + own);
    scraping.apply(at(target), "trackTimestampsStaleness: true");
    scraping.scrape();

    target.shows("b 2");
    scraping.scrape();

    assertThat(scraping.values("a")).containsExactly("1", "stale");
  }

  @Test
  void twoTextsOfOneSeriesAreCountedAndTheFirstStays() {
    target.shows("a{x=\"1\",y=\"2\"} 1", "a{y=\"2\",x=\"1\"} 5", "a{x=\"1\", y=\"2\"} 6");
    scraping.apply(at(target));

    scraping.scrape(2);

    assertThat(scraping.values("a")).containsExactly("1", "1");
    assertThat(scraping.metric("vedette_ingester_scrape_duplicate_samples")).isEqualTo(4);
    assertThat(scraping.values("scrape_samples_post_metric_relabeling")).containsExactly("3", "3");
  }

  @Test
  void oneSeriesMayComeTwiceWithTimesOfItsOwn() {
    long own = scraping.time.millis();
    target.shows("a 1 " + (own - 2), "a 2 " + (own - 1));
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.samples("a"))
        .containsExactly(new Stored(own - 2, "1"), new Stored(own - 1, "2"));
  }

  @Test
  void metricRelabelingsThatTakeTheNameAwayFailTheScrape() {
    target.shows("a 1");
    scraping.apply(at(target), "metricRelabelings: [{regex: __name__, action: labeldrop}]");

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("0");
    assertThat(scraping.lastError()).contains("without a name");
  }

  @Test
  void numbersThatAreNoneOrEndlessAreKept() {
    target.shows("a NaN", "b +Inf");
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.values("a")).containsExactly("nan");
    assertThat(scraping.values("b")).containsExactly("infinity");
  }

  @Test
  void gzippedPagesAreUnpacked() throws IOException {
    target.showsGzipped("a 1\n");
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.values("a")).containsExactly("1");
    assertThat(target.requests().getFirst().header("Accept-Encoding")).isEqualTo("gzip");
  }

  @Test
  void compressionIsNotAskedForWhereItIsOff() {
    scraping.apply(at(target), "enableCompression: false");

    scraping.scrape();

    assertThat(target.requests().getFirst().header("Accept-Encoding")).isEqualTo("identity");
  }

  @Test
  void typesAndHelpReachStorage() {
    target.shows("# HELP a What a is.", "# TYPE a counter", "a 1");
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.store.metadata(TenantId.DEFAULT))
        .containsExactly(new MetricMetadata("a", MetricType.COUNTER, "What a is.", ""));
  }

  @Test
  void pathParametersAndHeadersAreSent() {
    scraping.apply(at(target), "path: /probe", "params: {module: [http 2xx, second]}");

    scraping.scrape();

    TestTarget.Seen request = target.requests().getFirst();
    assertThat(request.uri()).isEqualTo("/probe?module=http+2xx&module=second");
    assertThat(request.header("User-Agent")).isEqualTo("Vedette/test");
    assertThat(request.header("X-Prometheus-Scrape-Timeout-Seconds")).isEqualTo("10.0");
  }

  @Test
  void anEmptyPageIsUpWithNothingOnIt() {
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("1");
    assertThat(scraping.values("scrape_samples_scraped")).containsExactly("0");
  }

  @Test
  void moreAboutEachScrapeIsWrittenWhereAskedForAndEndsWhereItIsNoLonger() {
    target.shows("a 1");
    scraping.apply(at(target), "limits: {samples: 50}", "extraScrapeMetrics: true");
    scraping.scrape();

    scraping.apply(at(target), "limits: {samples: 50}");
    scraping.scrape(2);

    assertThat(scraping.values("scrape_timeout_seconds")).containsExactly("10", "stale");
    assertThat(scraping.values("scrape_sample_limit")).containsExactly("50", "stale");
    assertThat(scraping.values("scrape_body_size_bytes")).containsExactly("4", "stale");
    assertThat(scraping.values("up")).containsExactly("1", "1", "1");
  }
}
