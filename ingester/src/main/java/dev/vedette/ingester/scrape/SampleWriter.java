package dev.vedette.ingester.scrape;

import dev.vedette.model.SampleSink;
import dev.vedette.model.TenantId;
import dev.vedette.model.VedetteException;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands batches to storage. What storage does not take is counted; scraping goes on. Any thread.
 */
final class SampleWriter {
  private static final Logger log = LoggerFactory.getLogger(SampleWriter.class);

  private final SampleSink sink;
  private final TenantId tenant;
  private final ScrapeMetrics metrics;
  private final AtomicBoolean failing = new AtomicBoolean();

  SampleWriter(SampleSink sink, TenantId tenant, ScrapeMetrics metrics) {
    this.sink = sink;
    this.tenant = tenant;
    this.metrics = metrics;
  }

  /**
   * What became of a batch.
   *
   * @param taken whether storage took the batch, if perhaps not all of it
   * @param refused what it did not take and why; empty where it took everything
   */
  record Written(boolean taken, String refused) {}

  /** Writes a batch. */
  Written write(WriteBatch batch) {
    int samples = batch.sampleCount() + batch.histogramCount();
    metrics.samples.inc(samples);
    WriteOutcome outcome;
    try {
      outcome = sink.write(tenant, batch);
    } catch (VedetteException e) {
      metrics.lost.inc(samples);
      if (failing.compareAndSet(false, true)) {
        log.atError()
            .addKeyValue("tenant", tenant)
            .addKeyValue("samples", samples)
            .setCause(e)
            .log("storage takes no samples; scraped ones are lost until it does");
      }
      return new Written(false, e.explain());
    }
    if (failing.compareAndSet(true, false)) {
      log.atInfo().addKeyValue("tenant", tenant).log("storage takes samples again");
    }
    StringJoiner refused = new StringJoiner("; ");
    for (WriteOutcome.Refusal refusal : outcome.refusals()) {
      metrics.refused.labelValues(refusal.id().id()).inc(refusal.samples());
      refused.add(
          "%d of %d samples not stored (%s): %s"
              .formatted(
                  refusal.samples(), batch.sampleCount(), refusal.id().id(), refusal.message()));
    }
    return new Written(true, refused.toString());
  }
}
