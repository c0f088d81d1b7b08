package dev.vedette.ingester.scrape;

import static dev.vedette.ingester.scrape.ScrapeFixture.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import org.junit.jupiter.api.Test;

/** Labels of type and unit, which a page tells of its families. */
class TypeLabelsTest extends OneTarget {
  private String labels(String name) {
    Labels labels = scraping.labels(name);
    assertThat(labels.get("job")).isEqualTo("api");
    return "%s %s".formatted(labels.get("__type__"), labels.get("__unit__"));
  }

  @Test
  void seriesGetWhatThePageTellsOfTheirFamily() {
    target.showsOpenMetrics(
        "# TYPE sent_bytes counter",
        "# UNIT sent_bytes bytes",
        "sent_bytes_total{__unit__=\"lies\"} 1",
        "# TYPE temperature gauge",
        "temperature 2",
        "# TYPE h histogram",
        "h_bucket{le=\"+Inf\"} 1",
        "h_count 1",
        "# TYPE s summary",
        "s_sum 1",
        "# TYPE other unknown",
        "other 1",
        "stranger{__type__=\"own\"} 1");
    scraping.pools.typeLabels(true);
    scraping.apply(at(target));

    scraping.scrape(2);

    assertThat(labels("sent_bytes_total")).isEqualTo("counter bytes");
    assertThat(labels("temperature")).isEqualTo("gauge ");
    assertThat(labels("h_bucket")).isEqualTo("histogram ");
    assertThat(labels("h_count")).isEqualTo("histogram ");
    assertThat(labels("s_sum")).isEqualTo("summary ");
    assertThat(labels("other")).isEqualTo(" ");
    assertThat(labels("stranger")).isEqualTo("own ");
    assertThat(labels("up")).isEqualTo(" ");
    assertThat(scraping.values("temperature")).containsExactly("2", "2");
  }

  @Test
  void anotherTypeIsAnotherSeriesFromThatPageOn() {
    scraping.pools.typeLabels(true);
    scraping.apply(at(target));
    target.shows("# TYPE a gauge", "a 1");
    scraping.scrape(2);

    target.shows("# TYPE a counter", "a 2");
    scraping.scrape(2);

    assertThat(scraping.series("a").keySet())
        .extracting(labels -> labels.get("__type__"))
        .containsExactly("counter", "gauge");
    assertThat(scraping.series("a").values())
        .extracting(
            samples -> samples.stream().map(ScrapeFixture.Stored::value).toList().toString())
        .containsExactly("[2, 2]", "[1, 1, stale]");
  }

  @Test
  void theyComeAndGoWithTheSetting() {
    target.shows("# TYPE a gauge", "a 1");
    scraping.apply(at(target));
    scraping.scrape();

    scraping.pools.typeLabels(true);
    scraping.scrape();
    scraping.pools.typeLabels(false);
    scraping.scrape();

    assertThat(scraping.series("a").values())
        .extracting(
            samples -> samples.stream().map(ScrapeFixture.Stored::value).toList().toString())
        .containsExactly("[1, stale]", "[1, stale, 1]");
  }
}
