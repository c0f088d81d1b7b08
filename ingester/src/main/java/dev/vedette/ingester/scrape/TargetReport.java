package dev.vedette.ingester.scrape;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.WriteBatch;

/** The series a target gets from its scraper: {@code up} and what each scrape took and gave. */
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
  private final int count;

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
  TargetReport(SeriesTable table, Labels target, boolean extra) {
    this.table = table;
    this.count = extra ? NAMES.length : USUAL;
    for (int i = 0; i < count; i++) {
      Labels labels = target.toBuilder().set(Labels.METRIC_NAME, NAMES[i]).build();
      table.of(LabelBytes.encode(labels));
    }
    table.pin();
  }

  void add(Figures figures, long millis, WriteBatch batch) {
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
    for (int i = 0; i < count; i++) {
      PageReader.add(table, i, batch);
      batch.addSample(millis, SpecialValues.STALE_BITS);
    }
  }
}
