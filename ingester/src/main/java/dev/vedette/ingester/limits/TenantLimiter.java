package dev.vedette.ingester.limits;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.SampleSink;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A sink that refuses what is of one tenant too many: each takes memory and a folder of its own,
 * and whoever may write may name any. Those that are there go on. A tenant counts from its first
 * batch to the next start behind the end of its data. Any thread.
 */
public final class TenantLimiter implements SampleSink {
  private final SampleSink sink;
  private final Set<TenantId> known = ConcurrentHashMap.newKeySet();
  private volatile int most;

  /**
   * @param there tenants that have data already
   * @param most tenants there may be, those included
   */
  public TenantLimiter(
      SampleSink sink, Collection<TenantId> there, int most, PrometheusRegistry registry) {
    this.sink = sink;
    this.most = most;
    known.addAll(there);
    // What is scraped needs a place whoever else is there.
    known.add(TenantId.DEFAULT);
    GaugeWithCallback.builder()
        .name("vedette_ingester_tenants")
        .help("Tenants that have data, or sent some since the start.")
        .callback(callback -> callback.call(known.size()))
        .register(registry);
  }

  /** Another bound from now on; those that are there stay. */
  public void most(int tenants) {
    most = tenants;
  }

  @Override
  public WriteOutcome write(TenantId tenant, WriteBatch batch) {
    if (!known.contains(tenant)) {
      add(tenant);
    }
    return sink.write(tenant, batch);
  }

  private synchronized void add(TenantId tenant) {
    if (!known.contains(tenant) && known.size() >= most) {
      throw new LimitExceeded(
          ErrorId.TENANT_LIMIT,
          "tenant %s would be one more than the %d there may be".formatted(tenant, most),
          "send for one that is there, or raise spec.tenancy.maxTenants of the MetricsCluster",
          true);
    }
    known.add(tenant);
  }
}
