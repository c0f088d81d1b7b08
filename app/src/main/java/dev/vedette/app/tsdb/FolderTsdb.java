package dev.vedette.app.tsdb;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.RealFiles;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.util.Set;

/** The engine over a data folder whose server does not run: its metrics are nobody's. */
public final class FolderTsdb {
  private FolderTsdb() {}

  /** Opens it as {@link Tsdb#open} does. */
  public static Tsdb open(TsdbConfig config) {
    return Tsdb.open(
        config, new RealFiles(), Clock.systemUTC(), Ticker.system(), new PrometheusRegistry());
  }

  /**
   * A tenant of the folder by its name; the default one even where it has nothing.
   *
   * @throws InvalidRequest where there is no data of it, with whom there is
   */
  public static TenantId tenant(Tsdb tsdb, String name) {
    if (name.equals(TenantId.DEFAULT.value())) {
      return TenantId.DEFAULT;
    }
    Set<TenantId> there = tsdb.tenants();
    return there.stream()
        .filter(each -> each.value().equals(name))
        .findAny()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    ErrorId.INVALID_REQUEST,
                    "there is no data of the tenant \"%s\"".formatted(name),
                    "data are there of %s".formatted(there.stream().sorted().toList())));
  }
}
