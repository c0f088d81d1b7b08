package dev.vedette.ingester.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.ScrapeTarget;
import dev.vedette.crds.load.Loaded;
import dev.vedette.crds.load.ResourceLoader;
import dev.vedette.ingester.discovery.DnsResolver;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SampleSink;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.InMemorySeries;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Scraping into a store in memory, with time in the test's hand. */
final class ScrapeFixture implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofSeconds(15);

  final FakeTime time = new FakeTime();
  final InMemorySeries store = new InMemorySeries();
  final PrometheusRegistry registry = new PrometheusRegistry();
  final ScrapePools pools;

  /** One stored sample; NaN with a meaning is shown by name. */
  record Stored(long millis, String value) {}

  ScrapeFixture() {
    this(ScrapeConfig.DEFAULT);
  }

  ScrapeFixture(ScrapeConfig config) {
    pools = pools(config, store, noDns());
  }

  ScrapeFixture(ScrapeConfig config, SampleSink sink, DnsResolver resolver) {
    pools = pools(config, sink, resolver);
  }

  private ScrapePools pools(ScrapeConfig config, SampleSink sink, DnsResolver resolver) {
    ScrapePools.Parts parts =
        new ScrapePools.Parts(
            sink, TenantId.DEFAULT, resolver, time, time, time, 42, "Vedette/test");
    return new ScrapePools(config, parts, registry);
  }

  static DnsResolver noDns() {
    return new DnsResolver() {
      @Override
      public List<String> addresses(String name, boolean ipv6) throws IOException {
        throw new IOException("no DNS here");
      }

      @Override
      public List<Service> services(String name) throws IOException {
        throw new IOException("no DNS here");
      }
    };
  }

  /** Applies one ScrapeTarget named {@code shop/api}, given by the lines of its spec. */
  void apply(String... spec) {
    pools.resources(List.of(resource("api", spec)));
  }

  static ScrapeTarget resource(String name, String... spec) {
    String text =
        """
        apiVersion: vedette.dev/v1alpha1
        kind: ScrapeTarget
        metadata: {name: %s, namespace: shop}
        spec:
        %s"""
            .formatted(name, String.join("\n", spec).indent(2));
    Loaded loaded = new ResourceLoader().loadText("test.yaml", text);
    assertThat(loaded.problems()).isEmpty();
    return loaded.of(ScrapeTarget.class).getFirst();
  }

  static String at(TestTarget target) {
    return "static: {targets: ['%s']}".formatted(target.address());
  }

  /** Lets one interval pass, which is one scrape of each target. */
  void scrape() {
    time.advance(INTERVAL);
  }

  void scrape(int times) {
    for (int i = 0; i < times; i++) {
      scrape();
    }
  }

  /** Samples of the only series with this name. */
  List<Stored> samples(String name) {
    NavigableMap<Labels, List<Stored>> found = series(name);
    assertThat(found).as("series named %s", name).hasSize(1);
    return found.firstEntry().getValue();
  }

  List<String> values(String name) {
    return samples(name).stream().map(Stored::value).toList();
  }

  Labels labels(String name) {
    NavigableMap<Labels, List<Stored>> found = series(name);
    assertThat(found).as("series named %s", name).hasSize(1);
    return found.firstKey();
  }

  boolean has(String name) {
    return !series(name).isEmpty();
  }

  NavigableMap<Labels, List<Stored>> series(String name) {
    Selection all =
        new Selection(
            List.of(LabelMatcher.equal(Labels.METRIC_NAME, name)), Long.MIN_VALUE, Long.MAX_VALUE);
    TreeMap<Labels, List<Stored>> found = new TreeMap<>();
    try (SeriesCursor cursor = store.select(TenantId.DEFAULT, all)) {
      SeriesBatch batch = new SeriesBatch();
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          found.put(batch.labels(i), samples(batch, i));
        }
      }
    }
    return found;
  }

  private static List<Stored> samples(SeriesBatch batch, int series) {
    List<Stored> samples = new ArrayList<>();
    for (int i = 0; i < batch.size(series); i++) {
      double value = batch.values(series)[i];
      String shown = SpecialValues.isStale(value) ? "stale" : "%.6g".formatted(value);
      String trimmed =
          shown.indexOf('.') < 0 ? shown : shown.replaceFirst("0+$", "").replaceFirst("\\.$", "");
      samples.add(new Stored(batch.timestamps(series)[i], trimmed.toLowerCase(Locale.ROOT)));
    }
    return samples;
  }

  /** The error of the only target. */
  String lastError() {
    assertThat(pools.active()).hasSize(1);
    return pools.active().getFirst().lastError();
  }

  /** The value of a counter or gauge, all its labels together. */
  double metric(String name) {
    return registry.scrape(name::equals).stream()
        .flatMap(family -> family.getDataPoints().stream())
        .mapToDouble(
            point ->
                switch (point) {
                  case CounterSnapshot.CounterDataPointSnapshot counter -> counter.getValue();
                  case GaugeSnapshot.GaugeDataPointSnapshot gauge -> gauge.getValue();
                  default -> throw new IllegalArgumentException(name);
                })
        .sum();
  }

  @Override
  public void close() {
    pools.close();
  }
}
