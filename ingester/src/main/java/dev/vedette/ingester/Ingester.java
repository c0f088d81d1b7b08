package dev.vedette.ingester;

import dev.vedette.crds.ResourceSource;
import dev.vedette.crds.ScrapeTarget;
import dev.vedette.ingester.discovery.SystemDnsResolver;
import dev.vedette.ingester.scrape.BuiltInTarget;
import dev.vedette.ingester.scrape.ScrapePools;
import dev.vedette.ingester.scrape.SystemTimers;
import dev.vedette.ingester.scrape.Timers;
import dev.vedette.model.SampleSink;
import dev.vedette.model.TargetSource;
import dev.vedette.model.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.util.List;

/**
 * The pulling half of the ingester role: scrapes what the ScrapeTargets name, and pages of this
 * process, into storage. Any thread.
 *
 * <pre>{@code
 * Ingester ingester = new Ingester(config, sink, clock, ticker, registry);
 * ingester.start(resources);
 * ingester.builtIn(List.of(BuiltInTarget.of("node", "127.0.0.1:9090", AgentController.PATH)));
 * }</pre>
 */
public final class Ingester implements AutoCloseable {
  private final ScrapePools pools;

  public Ingester(
      IngesterConfig config,
      SampleSink sink,
      Clock clock,
      Ticker ticker,
      PrometheusRegistry registry) {
    Timers timers = new SystemTimers("scrape-timers");
    pools =
        new ScrapePools(
            config.scrape(),
            new ScrapePools.Parts(
                sink,
                config.tenant(),
                SystemDnsResolver.ofThisMachine(),
                timers,
                clock,
                ticker,
                config.instance().hashCode(),
                "Vedette/" + config.version()),
            registry);
  }

  /** Scrapes the source's ScrapeTargets, as they are and as they become, until one side closes. */
  public void start(ResourceSource resources) {
    resources.watch(ScrapeTarget.class, pools::resources);
  }

  /** Scrapes these pages of the process itself and no others, from now on. */
  public void builtIn(List<BuiltInTarget> targets) {
    pools.builtIn(targets);
  }

  /** Whether samples get the labels {@code __type__} and {@code __unit__}, from now on. */
  public void typeLabels(boolean on) {
    pools.typeLabels(on);
  }

  /** What is scraped and how it went. */
  public TargetSource targets() {
    return pools;
  }

  /** Ends all scraping within two seconds; without staleness markers, as Prometheus does. */
  @Override
  public void close() {
    pools.close();
  }
}
