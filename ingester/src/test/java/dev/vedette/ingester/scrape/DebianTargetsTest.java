package dev.vedette.ingester.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vedette.model.Labels;
import dev.vedette.testkit.RealProgram;
import dev.vedette.testkit.RecordingSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Protobuf pages of Prometheus' own programs, where they are on the path. */
class DebianTargetsTest {
  // They change from one scrape to the next.
  private static final Set<String> OWN = Set.of("up", "scrape_", "promhttp_", "go_", "process_");

  private final RecordingSink sink = new RecordingSink();

  @TempDir Path temp;

  @Test
  void nodeExporterSaysTheSameInProtobufAsInText() throws Exception {
    Path binary = binary("prometheus-node-exporter", "node_exporter");
    try (RealProgram exporter = RealProgram.start(binary)) {
      Set<Labels> text = scrape(exporter, "scrapeProtocols: [PrometheusText0.0.4]");
      Set<Labels> protobuf = scrape(exporter, "scrapeProtocols: [PrometheusProto]");

      assertThat(text).hasSizeGreaterThan(200);
      assertThat(protobuf).isEqualTo(text);
    }
  }

  @Test
  void prometheusGivesNativeHistogramsAndOtherwiseWhatItsTextSays() throws Exception {
    Path binary = binary("prometheus");
    Files.writeString(temp.resolve("prometheus.yml"), "global: {scrape_interval: 1h}\n");
    try (RealProgram prometheus =
        RealProgram.start(
            binary,
            "--config.file=" + temp.resolve("prometheus.yml"),
            "--storage.tsdb.path=" + temp.resolve("data"))) {
      // What serves a page appears on the page after it.
      scrape(prometheus, "scrapeProtocols: [PrometheusProto]");
      Set<Labels> text = scrape(prometheus, "scrapeProtocols: [PrometheusText0.0.4]");
      Set<Labels> classic = scrape(prometheus, "scrapeProtocols: [PrometheusProto]");
      assertThat(classic).isEqualTo(text).hasSizeGreaterThan(200);
      assertThat(sink.histograms()).isEmpty();

      scrape(prometheus, "scrapeNativeHistograms: true");
      assertThat(sink.histograms())
          .anySatisfy(
              one -> {
                assertThat(one.labels().metricName())
                    .isEqualTo("prometheus_http_request_duration_seconds");
                assertThat(one.histogram().count()).isPositive();
              });
    }
  }

  private static Path binary(String... names) {
    Optional<Path> binary = RealProgram.find(names);
    if (binary.isEmpty()) {
      System.out.println("skipped: no " + names[0] + " on the path");
    }
    assumeTrue(binary.isPresent(), "no " + names[0] + " on the path");
    return binary.orElseThrow();
  }

  /** The series of one scrape, but those that tell of the target's own moments. */
  private Set<Labels> scrape(RealProgram target, String setting) throws IOException {
    sink.clear();
    try (ScrapeFixture scraping =
        new ScrapeFixture(ScrapeConfig.DEFAULT, sink, ScrapeFixture.noDns())) {
      scraping.apply("static: {targets: ['%s']}".formatted(target.address()), setting);
      scraping.scrape();
      assertThat(scraping.lastError()).isEmpty();
    }
    return sink.samples().stream()
        .map(RecordingSink.Sample::labels)
        .filter(labels -> OWN.stream().noneMatch(labels.metricName()::startsWith))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
