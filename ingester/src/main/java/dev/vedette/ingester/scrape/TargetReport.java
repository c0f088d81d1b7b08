package dev.vedette.ingester.scrape;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.WriteBatch;

/**
 * The series a target gets from its scraper: {@code up} and what each scrape took and gave; on
 * request some more, which end when they are no longer asked for. Confined to the target's loop.
 */
final class TargetReport {
  private static final String[] NAMES = {
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "scrape_body_size_bytes"
  };
  private static final int USUAL = 5;

  private final SeriesTable table;
  // Those written last, which end with the target.
  private int count = USUAL;

  /**
   * One scrape's figures.
   *
   * @param bodyBytes -1 where the page was too large
   */
  record Figures(
      boolean up,
      double seconds,
      int scraped,
      int afterRelabelling,
      int added,
      double timeoutSeconds,
      int sampleLimit,
      long bodyBytes) {}

  /** Adds its series to an empty table. */
  TargetReport(SeriesTable table, Labels target) {
    this.table = table;
    for (String name : NAMES) {
      Labels labels = target.toBuilder().set(Labels.METRIC_NAME, name).build();
      table.of(LabelBytes.encode(labels));
    }
    table.pin();
  }

  /**
   * @param extra whether the series beyond the usual ones are written too
   */
  void add(Figures figures, boolean extra, long millis, WriteBatch batch) {
    int now = extra ? NAMES.length : USUAL;
    addEnd(now, millis, batch);
    count = now;
    double[] values = {
      figures.up ? 1 : 0,
      figures.seconds,
      figures.scraped,
      figures.afterRelabelling,
      figures.added,
      figures.timeoutSeconds,
      figures.sampleLimit,
      figures.bodyBytes
    };
    for (int i = 0; i < count; i++) {
      PageReader.add(table, i, batch);
      batch.addSample(millis, Double.doubleToRawLongBits(values[i]));
    }
  }

  /** The target is gone: its own series end too. */
  void addEnd(long millis, WriteBatch batch) {
    addEnd(0, millis, batch);
  }

  private void addEnd(int from, long millis, WriteBatch batch) {
    for (int i = from; i < count; i++) {
      PageReader.add(table, i, batch);
      batch.addSample(millis, SpecialValues.STALE_BITS);
    }
  }
}
