package dev.vedette.ingester.scrape;

import static dev.vedette.ingester.scrape.ScrapeFixture.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.Utf8;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.testkit.RecordingSink;
import dev.vedette.testkit.RecordingSink.Exemplar;
import dev.vedette.testkit.RecordingSink.HistogramSample;
import dev.vedette.testkit.RecordingSink.Sample;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Native histograms, exemplars and start timestamps, from the target's page to the sink. */
class HistogramScrapingTest {
  private static final String PROTOBUF =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
  private static final Histogram LATENCY =
      Histogram.ofIntegers(
          HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 2), BucketSpans.NONE),
          CounterReset.UNKNOWN,
          9,
          1,
          2.5,
          new long[] {5, 3},
          new long[0]);

  private final RecordingSink sink = new RecordingSink();
  private final ScrapeFixture scraping =
      new ScrapeFixture(ScrapeConfig.DEFAULT, sink, ScrapeFixture.noDns());
  private TestTarget target;

  @BeforeEach
  void startTarget() throws IOException {
    target = TestTarget.start();
  }

  @AfterEach
  void stop() {
    scraping.close();
    target.close();
  }

  @Test
  void whoWantsNativeHistogramsAsksForProtobufFirstAndGetsThem() {
    target.answers(exchange -> send(exchange, page(0.25)));
    scraping.apply(at(target), "scrapeNativeHistograms: true");

    scraping.scrape(2);

    assertThat(target.requests().getFirst().header("Accept"))
        .startsWith("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily");
    assertThat(sink.histograms()).map(HistogramSample::histogram).containsExactly(LATENCY, LATENCY);
    assertThat(sink.histograms())
        .allMatch(one -> one.startMillis() == 7_000)
        .allMatch(one -> one.labels().equals(labels("latency_seconds")));
    assertThat(named("latency_seconds_bucket")).isEmpty();
    assertThat(values("heat")).containsExactly(0.25, 0.25);
    assertThat(sink.metadata())
        .contains(new MetricMetadata("latency_seconds", MetricType.HISTOGRAM, "Text.", "seconds"));
    assertThat(values("scrape_samples_scraped")).containsExactly(2.0, 2.0);
  }

  @Test
  void theClassicFormComesBesideWhereThatIsAskedFor() {
    target.answers(exchange -> send(exchange, page(0.25)));
    scraping.apply(at(target), "scrapeNativeHistograms: true", "scrapeClassicHistograms: true");

    scraping.scrape();

    assertThat(sink.histograms()).hasSize(1);
    assertThat(named("latency_seconds_bucket"))
        .map(one -> one.labels().get("le"))
        .containsExactly("1.0", "+Inf");
    assertThat(values("latency_seconds_count")).containsExactly(9.0);
  }

  @Test
  void withoutTheSettingAProtobufPageIsReadAsClassic() {
    target.answers(exchange -> send(exchange, page(0.25)));
    scraping.apply(at(target), "scrapeProtocols: [PrometheusProto]");

    scraping.scrape();

    assertThat(sink.histograms()).isEmpty();
    assertThat(values("latency_seconds_count")).containsExactly(9.0);
  }

  @Test
  void anotherFormOfHistogramsMakesOtherSeriesOfTheSamePage() {
    target.answers(exchange -> send(exchange, page(0.25)));
    scraping.apply(at(target), "scrapeNativeHistograms: true");
    scraping.scrape();
    sink.clear();

    scraping.apply(at(target), "scrapeProtocols: [PrometheusProto]");
    scraping.scrape();

    assertThat(values("latency_seconds_sum")).containsExactly(2.5);
    assertThat(named("latency_seconds"))
        .singleElement()
        .satisfies(one -> assertThat(one.bits()).isEqualTo(SpecialValues.STALE_BITS));
  }

  @Test
  void exemplarsOfAHistogramGoWithItsSeries() {
    target.answers(exchange -> send(exchange, page(0.25)));
    scraping.apply(at(target), "scrapeNativeHistograms: true");

    scraping.scrape();

    assertThat(sink.exemplars())
        .containsExactly(
            new Exemplar(labels("latency_seconds"), Labels.of("trace_id", "abc"), 1_600_000, 0.75));
  }

  @Test
  void aHistogramThatIsNoneFailsTheScrapeAndIsNamed() {
    ProtoMessage bad =
        new ProtoMessage()
            .varint(1, 99)
            .field(12, new ProtoMessage().zigzag(1, 0).varint(2, 1))
            .zigzag(13, 5);
    byte[] page = delimited(family("bad", 4).field(4, new ProtoMessage().field(7, bad)));
    target.answers(exchange -> send(exchange, page));
    scraping.apply(at(target), "scrapeNativeHistograms: true");

    scraping.scrape();

    assertThat(values("up")).containsExactly(0.0);
    assertThat(scraping.lastError()).contains("family \"bad\"").contains("99 in the count");
  }

  @Test
  void exemplarsOfOpenMetricsHaveTheirOwnTimeOrThatOfTheSample() {
    target.showsOpenMetrics(
        "# TYPE hits counter",
        "hits_total 7 # {trace_id=\"a\",span_id=\"9\"} 0.5 1.25",
        "# TYPE t histogram",
        "t_bucket{le=\"1\"} 2 # {} 0.25",
        "t_bucket{le=\"+Inf\"} 2",
        "t_count 2",
        "t_sum 1");
    scraping.apply(at(target));

    scraping.scrape();

    long scraped = named("hits_total").getFirst().timestampMillis();
    assertThat(sink.exemplars())
        .map(one -> List.of(one.labels(), one.timestampMillis(), one.value()))
        .containsExactly(
            List.of(Labels.of("span_id", "9", "trace_id", "a"), 1_250L, 0.5),
            List.of(Labels.EMPTY, scraped, 0.25));
    assertThat(sink.exemplars())
        .map(one -> one.series().metricName())
        .containsExactly("hits_total", "t_bucket");
  }

  @Test
  void createdLinesOfOpenMetricsTellWhenTheirCountersBegan() {
    target.showsOpenMetrics(
        "# TYPE hits counter",
        "hits_total{code=\"200\"} 7",
        "hits_created{code=\"200\"} 1000.25",
        "hits_total{code=\"500\"} 7",
        "# TYPE t summary",
        "t{quantile=\"0.5\"} 2",
        "t_count 2",
        "t_sum 1",
        "t_created 2000",
        "# TYPE heat gauge",
        "heat 1");
    scraping.apply(at(target));

    scraping.scrape(2);

    assertThat(named("hits_total"))
        .map(Sample::startMillis)
        .containsExactly(1_000_250L, 0L, 1_000_250L, 0L);
    assertThat(named("t")).map(Sample::startMillis).containsExactly(2_000_000L, 2_000_000L);
    assertThat(named("t_sum")).map(Sample::startMillis).containsOnly(2_000_000L);
    assertThat(named("heat")).map(Sample::startMillis).containsOnly(0L);
    assertThat(values("hits_created")).containsExactly(1000.25, 1000.25);
  }

  private List<Sample> named(String name) {
    return sink.samples().stream().filter(one -> one.labels().metricName().equals(name)).toList();
  }

  private List<Double> values(String name) {
    return named(name).stream().map(Sample::value).toList();
  }

  private Labels labels(String name) {
    return Labels.of("__name__", name, "instance", target.address(), "job", "api");
  }

  private static void send(com.sun.net.httpserver.HttpExchange exchange, byte[] page)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", PROTOBUF);
    exchange.sendResponseHeaders(200, page.length);
    exchange.getResponseBody().write(page);
  }

  /** A native histogram with classic buckets, and a gauge. */
  private static byte[] page(double heat) {
    ProtoMessage exemplar =
        new ProtoMessage()
            .field(
                1,
                new ProtoMessage().field(1, Utf8.encode("trace_id")).field(2, Utf8.encode("abc")))
            .fixed64(2, 0.75)
            .field(3, new ProtoMessage().varint(1, 1_600));
    ProtoMessage histogram =
        new ProtoMessage()
            .varint(1, 9)
            .fixed64(2, 2.5)
            .field(3, new ProtoMessage().varint(1, 6).fixed64(2, 1.0).field(3, exemplar))
            .zigzag(5, 3)
            .fixed64(6, 0x1p-128)
            .varint(7, 1)
            .field(12, new ProtoMessage().zigzag(1, -2).varint(2, 2))
            .zigzag(13, 5)
            .zigzag(13, -2)
            .field(15, new ProtoMessage().varint(1, 7));
    ProtoMessage gauge = new ProtoMessage().field(2, new ProtoMessage().fixed64(1, heat));
    return delimited(
        family("latency_seconds", 4)
            .field(4, new ProtoMessage().field(7, histogram))
            .field(5, Utf8.encode("seconds")),
        family("heat", 1).field(4, gauge));
  }

  private static ProtoMessage family(String name, int type) {
    return new ProtoMessage()
        .field(1, Utf8.encode(name))
        .field(2, Utf8.encode("Text."))
        .varint(3, type);
  }

  private static byte[] delimited(ProtoMessage... families) {
    ProtoMessage page = new ProtoMessage();
    for (ProtoMessage family : families) {
      page.number(family.bytes().length).raw(family.bytes());
    }
    return page.bytes();
  }
}
