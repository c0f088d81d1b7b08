package dev.vedette.tsdb;

import dev.vedette.model.Coverage;
import dev.vedette.model.ErrorId;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.tsdb.block.BlockProgress;
import dev.vedette.tsdb.tier.TierPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a block of a tier is, as a metric and every ten seconds in the log; gives it up when the
 * engine stops. One thread.
 */
final class TierProgress implements BlockProgress, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TierProgress.class);
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final TenantId tenant;
  private final TierPlan plan;
  private final String tier;
  private final int mostSeries;
  private final Ticker ticker;
  private final TsdbMetrics metrics;
  private final BooleanSupplier stopping;
  private final long begunNanos;
  private long loggedNanos;

  /**
   * @param mostSeries of the largest block that is read
   */
  TierProgress(
      TenantId tenant,
      TierPlan plan,
      long resolutionMillis,
      int mostSeries,
      Ticker ticker,
      TsdbMetrics metrics,
      BooleanSupplier stopping) {
    this.tenant = tenant;
    this.plan = plan;
    this.tier = Coverage.name(resolutionMillis);
    this.mostSeries = mostSeries;
    this.ticker = ticker;
    this.metrics = metrics;
    this.stopping = stopping;
    this.begunNanos = ticker.nanos();
    this.loggedNanos = begunNanos;
  }

  @Override
  public void written(long series, long samples, long bytes) {
    if (stopping.getAsBoolean()) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE, "the storage is shutting down", "repeat the request");
    }
    double part = Math.min(1, (double) series / mostSeries);
    metrics.tierProgress.labelValues(tier).set(part);
    long now = ticker.nanos();
    if (now - loggedNanos >= INTERVAL.toNanos()) {
      loggedNanos = now;
      log.info(
          "tier is being built: tenant={} tier={} until={} percent={} series={} buckets={} bytes={}",
          tenant.value(),
          tier,
          Instant.ofEpochMilli(plan.endMillis()),
          String.format(Locale.ROOT, "%.1f", 100 * part),
          series,
          samples,
          bytes);
    }
  }

  double seconds() {
    return (ticker.nanos() - begunNanos) / 1e9;
  }

  @Override
  public void close() {
    metrics.tierSeconds.labelValues(tier).observe(seconds());
    metrics.tierProgress.labelValues(tier).set(0);
  }
}
