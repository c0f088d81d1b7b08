package dev.vedette.ingester;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.ResourceSource;
import dev.vedette.crds.ScrapeTarget;
import dev.vedette.crds.load.ResourceLoader;
import dev.vedette.ingester.agent.AgentController;
import dev.vedette.ingester.agent.HostMetrics;
import dev.vedette.ingester.scrape.BuiltInTarget;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SampleSink;
import dev.vedette.model.Selection;
import dev.vedette.model.TargetSource.Target;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.runtime.http.HttpServer;
import dev.vedette.runtime.http.HttpServerConfig;
import dev.vedette.runtime.http.ListenAddress;
import dev.vedette.runtime.http.Readiness;
import dev.vedette.testkit.InMemorySeries;
import io.fabric8.kubernetes.client.CustomResource;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ingester as the program starts it: real timers, a real server, this machine's metrics. */
class IngesterTest {
  private static final Duration OFTEN = Duration.ofMillis(250);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final InMemorySeries store = new InMemorySeries();
  private HttpServer server;
  private String address;

  @BeforeEach
  void startServer() {
    server =
        HttpServer.start(
            HttpServerConfig.on(ListenAddress.ANY_LOOPBACK_PORT),
            registry,
            new Readiness(),
            HostMetrics.ofThisMachine(Clock.systemUTC()));
    address = server.address().toString();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void theProcessAndItsMachineAreScrapedLikeAnyTarget() throws InterruptedException {
    Arrivals arrivals = new Arrivals(Set.of("node", "vedette", "self"));
    try (Ingester ingester = ingester(arrivals)) {
      ingester.start(resources());
      ingester.builtIn(
          List.of(
              BuiltInTarget.of("node", address, AgentController.PATH).every(OFTEN),
              BuiltInTarget.of("vedette", address, "/metrics").every(OFTEN)));

      arrivals.await();

      assertThat(ingester.targets().active())
          .extracting(Target::pool)
          .containsExactly("default/self/0", "vedette/node/0", "vedette/vedette/0");
    }
    assertThat(jobsOf("node_load1")).containsExactly("node", "self");
    assertThat(jobsOf("vedette_ingester_scrapes_total")).containsExactly("vedette");
  }

  @Test
  void nothingIsWrittenOnceItIsClosed() throws InterruptedException {
    Arrivals arrivals = new Arrivals(Set.of("self"));
    Ingester ingester = ingester(arrivals);
    ingester.start(resources());
    arrivals.await();

    ingester.close();
    arrivals.closed = true;
    server.close();

    assertThat(ingester.targets().active()).isEmpty();
    assertThat(arrivals.afterClosing).isFalse();
  }

  private Ingester ingester(SampleSink sink) {
    return new Ingester(
        IngesterConfig.of("here", "test"), sink, Clock.systemUTC(), Ticker.system(), registry);
  }

  private List<String> jobsOf(String name) {
    Selection all =
        new Selection(
            List.of(LabelMatcher.equal(Labels.METRIC_NAME, name)), Long.MIN_VALUE, Long.MAX_VALUE);
    return store.labelValues(TenantId.DEFAULT, "job", all, 0);
  }

  /** One ScrapeTarget that names this server's page of the machine. */
  private ResourceSource resources() {
    List<ScrapeTarget> targets =
        new ResourceLoader()
            .loadText(
                "self.yaml",
                """
                apiVersion: vedette.dev/v1alpha1
                kind: ScrapeTarget
                metadata: {name: self, namespace: default}
                spec: {static: {targets: ['%s']}, path: %s, interval: 250ms}
                """
                    .formatted(address, AgentController.PATH))
            .of(ScrapeTarget.class);
    assertThat(targets).hasSize(1);
    return new ResourceSource() {
      @Override
      public <T extends CustomResource<?, ?>> void watch(
          Class<T> kind, Consumer<List<T>> listener) {
        listener.accept(targets.stream().map(kind::cast).toList());
      }

      @Override
      public void close() {}
    };
  }

  /** Passes batches on and tells when each job has come with a good scrape. */
  private final class Arrivals implements SampleSink {
    private final Set<String> missing = ConcurrentHashMap.newKeySet();
    private final CountDownLatch all = new CountDownLatch(1);
    volatile boolean closed;
    volatile boolean afterClosing;

    Arrivals(Set<String> jobs) {
      missing.addAll(jobs);
    }

    @Override
    public WriteOutcome write(TenantId tenant, WriteBatch batch) {
      afterClosing |= closed;
      // More than the report itself: a page was read.
      if (batch.seriesCount() > 5) {
        missing.remove(batch.labels(0).get("job"));
      }
      WriteOutcome outcome = store.write(tenant, batch);
      if (missing.isEmpty()) {
        all.countDown();
      }
      return outcome;
    }

    void await() throws InterruptedException {
      all.await();
    }
  }
}
