package dev.vedette.querier.federation;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.Utf8;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.MeteredSource;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds the newest sample of each series of some selectors. Safe for all threads. */
public final class Federation {
  // The labels' own order has those with capital letters before the metric's name.
  private static final Comparator<Labels> BY_METRIC =
      Comparator.comparing(Labels::metricName, Utf8::compare)
          .thenComparing(Comparator.naturalOrder());

  // Of a tree's entry and the sample.
  private static final int ENTRY_BYTES = 80;

  private final SeriesSource source;
  private final long lookbackMillis;
  private final int maxSeries;

  /**
   * The newest sample of a series.
   *
   * @param histogram instead of the value, where the sample is one
   */
  public record Latest(long timestampMillis, double value, @Nullable Histogram histogram) {}

  /**
   * @param lookbackMillis how old a sample may be
   * @param maxSeries most series of one page; more are refused with {@code query-limit}
   */
  public Federation(SeriesSource source, long lookbackMillis, int maxSeries) {
    this.source = source;
    this.lookbackMillis = lookbackMillis;
    this.maxSeries = maxSeries;
  }

  /**
   * Series of any of the selectors that have not ended, metric by metric.
   *
   * @param memory what they hold is reserved here
   * @param check asked while series are read
   */
  public TreeMap<Labels, Latest> latest(
      TenantId tenant,
      List<List<LabelMatcher>> selectors,
      long nowMillis,
      QueryMemory.Reservation memory,
      ReadCheck check) {
    MeteredSource metered = new MeteredSource(source, memory, check);
    TreeMap<Labels, Latest> found = new TreeMap<>(BY_METRIC);
    SeriesBatch batch = new SeriesBatch();
    for (List<LabelMatcher> selector : selectors) {
      Selection selection =
          new Selection(selector, nowMillis - lookbackMillis + 1, nowMillis)
              .where(Selection.Enough.NEWEST);
      try (SeriesCursor cursor = metered.select(tenant, selection)) {
        while (cursor.next(batch)) {
          collect(batch, found, memory);
        }
      }
    }
    return found;
  }

  private void collect(
      SeriesBatch batch, TreeMap<Labels, Latest> found, QueryMemory.Reservation memory) {
    for (int i = 0; i < batch.count(); i++) {
      int last = batch.size(i) - 1;
      double value = batch.values(i)[last];
      @Nullable Histogram[] histograms = batch.histograms(i);
      Histogram histogram = histograms == null ? null : histograms[last];
      if (!SpecialValues.isStale(value, histogram)) {
        long ofHistogram = histograms == null ? 0 : Evaluation.bytes(histograms, last, last + 1);
        memory.add(Evaluation.bytes(batch.labels(i)) + ENTRY_BYTES + ofHistogram);
        found.put(batch.labels(i), new Latest(batch.timestamps(i)[last], value, histogram));
      }
    }
    if (found.size() > maxSeries) {
      throw new LimitExceeded(
          ErrorId.QUERY_LIMIT,
          "federation selects more than %d series".formatted(maxSeries),
          "select fewer with match[], or take them by remote write",
          false);
    }
  }
}
