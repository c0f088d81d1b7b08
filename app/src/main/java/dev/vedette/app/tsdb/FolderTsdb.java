package dev.vedette.app.tsdb;

import dev.vedette.model.RealFiles;
import dev.vedette.model.Ticker;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;

/** The engine over a data folder whose server does not run: its metrics are nobody's. */
public final class FolderTsdb {
  private FolderTsdb() {}

  /** Opens it as {@link Tsdb#open} does. */
  public static Tsdb open(TsdbConfig config) {
    return Tsdb.open(
        config, new RealFiles(), Clock.systemUTC(), Ticker.system(), new PrometheusRegistry());
  }
}
