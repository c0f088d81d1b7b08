package dev.vedette.ingester.limits;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.SampleSink;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A sink that refuses what comes faster than a tenant's rate: a token bucket each. A batch passes
 * whole or not at all; it passes when the bucket is not empty and may leave it in debt, so that a
 * batch larger than the burst is late, never impossible. Refused batches cost nothing from the
 * bucket. Any thread. Buckets are kept per tenant, whose number is what a {@link TenantLimiter}
 * before it lets through.
 */
public final class SampleRateLimiter implements SampleSink {
  private final SampleSink sink;
  private final Ticker ticker;
  private final ConcurrentHashMap<TenantId, Bucket> buckets = new ConcurrentHashMap<>();
  private volatile SampleRates rates;

  public SampleRateLimiter(SampleSink sink, SampleRates rates, Ticker ticker) {
    this.sink = sink;
    this.rates = rates;
    this.ticker = ticker;
  }

  /** Other rates from now on. Buckets keep what they hold, up to the new burst. */
  public void replace(SampleRates rates) {
    this.rates = rates;
    buckets.keySet().removeIf(tenant -> rates.of(tenant).isEmpty());
  }

  @Override
  public WriteOutcome write(TenantId tenant, WriteBatch batch) {
    Optional<SampleRate> rate = rates.of(tenant);
    if (rate.isPresent()) {
      take(tenant, rate.get(), batch.sampleCount() + batch.histogramCount());
    }
    return sink.write(tenant, batch);
  }

  private void take(TenantId tenant, SampleRate rate, int samples) {
    Bucket bucket = buckets.computeIfAbsent(tenant, _ -> new Bucket(rate.burst(), ticker.nanos()));
    Duration wait = bucket.take(samples, rate, ticker.nanos());
    if (!wait.isZero()) {
      throw new LimitExceeded(
          ErrorId.SAMPLE_RATE_LIMIT,
          "tenant %s sends more than its %d samples/s (burst %d); a request of %d samples has to wait"
              .formatted(tenant, rate.perSecond(), rate.burst(), samples),
          "send less often, or raise spec.limits.samplesPerSecond of the MetricsCluster",
          wait);
    }
  }

  /** Guarded by itself. */
  private static final class Bucket {
    private double tokens;
    private long filledNanos;

    Bucket(long tokens, long nowNanos) {
      this.tokens = tokens;
      this.filledNanos = nowNanos;
    }

    /** Takes the samples and returns zero, or takes nothing and returns how long to wait. */
    synchronized Duration take(int samples, SampleRate rate, long nowNanos) {
      double seconds = Math.max(0, nowNanos - filledNanos) / 1e9;
      filledNanos = nowNanos;
      tokens = Math.min(rate.burst(), tokens + seconds * rate.perSecond());
      if (tokens <= 0) {
        double waitSeconds = (1 - tokens) / rate.perSecond();
        return Duration.ofMillis((long) Math.ceil(waitSeconds * 1000));
      }
      tokens -= samples;
      return Duration.ZERO;
    }
  }
}
