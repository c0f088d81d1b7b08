package dev.vedette.tsdb;

import dev.vedette.model.ErrorId;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.tsdb.block.BlockProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a merge is, as a metric and every ten seconds in the log; gives it up when the engine
 * stops. One thread.
 */
final class MergeProgress implements BlockProgress, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MergeProgress.class);
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final TenantId tenant;
  private final MergePlan plan;
  private final long total;
  private final Ticker ticker;
  private final TsdbMetrics metrics;
  private final BooleanSupplier stopping;
  private final long begunNanos;
  private long loggedNanos;
  private long counted;

  MergeProgress(
      TenantId tenant,
      MergePlan plan,
      Ticker ticker,
      TsdbMetrics metrics,
      BooleanSupplier stopping) {
    this.tenant = tenant;
    this.plan = plan;
    this.total = plan.samples();
    this.ticker = ticker;
    this.metrics = metrics;
    this.stopping = stopping;
    this.begunNanos = ticker.nanos();
    this.loggedNanos = begunNanos;
    metrics.mergeProgress.set(0);
    metrics.mergesRunning.set(1);
  }

  @Override
  public void written(long series, long samples, long bytes) {
    if (stopping.getAsBoolean()) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE, "the storage is shutting down", "repeat the request");
    }
    metrics.mergedSamples.inc(samples - counted);
    counted = samples;
    // Samples that several blocks have, or that were deleted, are not written.
    double part = Math.min(1, (double) samples / total);
    metrics.mergeProgress.set(part);
    long now = ticker.nanos();
    if (now - loggedNanos >= INTERVAL.toNanos()) {
      loggedNanos = now;
      log.info(
          "blocks are being merged: tenant={} window={} hours={} percent={} samples={} of={}"
              + " samplesPerSecond={} bytes={}",
          tenant.value(),
          Instant.ofEpochMilli(plan.startMillis()),
          plan.hours(),
          String.format(Locale.ROOT, "%.1f", 100 * part),
          samples,
          total,
          Math.round(samples / seconds()),
          bytes);
    }
  }

  double seconds() {
    return (ticker.nanos() - begunNanos) / 1e9;
  }

  @Override
  public void close() {
    metrics.mergeSeconds.observe(seconds());
    metrics.mergesRunning.set(0);
    metrics.mergeProgress.set(0);
  }
}
