package dev.vedette.querier.federation;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.Utf8;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** Finds the newest sample of each series of some selectors. Safe for all threads. */
public final class Federation {
  // The labels' own order has those with capital letters before the metric's name.
  private static final Comparator<Labels> BY_METRIC =
      Comparator.comparing(Labels::metricName, Utf8::compare)
          .thenComparing(Comparator.naturalOrder());

  private final SeriesSource source;
  private final long lookbackMillis;
  private final int maxSeries;

  /** The newest sample of a series. */
  public record Latest(long timestampMillis, double value) {}

  /**
   * @param lookbackMillis how old a sample may be
   * @param maxSeries most series of one page; more are refused with {@code query-limit}
   */
  public Federation(SeriesSource source, long lookbackMillis, int maxSeries) {
    this.source = source;
    this.lookbackMillis = lookbackMillis;
    this.maxSeries = maxSeries;
  }

  /** Series of any of the selectors that have not ended, metric by metric. */
  public TreeMap<Labels, Latest> latest(
      TenantId tenant, List<List<LabelMatcher>> selectors, long nowMillis) {
    TreeMap<Labels, Latest> found = new TreeMap<>(BY_METRIC);
    SeriesBatch batch = new SeriesBatch();
    for (List<LabelMatcher> selector : selectors) {
      Selection selection = new Selection(selector, nowMillis - lookbackMillis + 1, nowMillis);
      try (SeriesCursor cursor = source.select(tenant, selection)) {
        while (cursor.next(batch)) {
          collect(batch, found);
        }
      }
    }
    return found;
  }

  private void collect(SeriesBatch batch, TreeMap<Labels, Latest> found) {
    for (int i = 0; i < batch.count(); i++) {
      int last = batch.size(i) - 1;
      double value = batch.values(i)[last];
      if (!SpecialValues.isStale(value)) {
        found.put(batch.labels(i), new Latest(batch.timestamps(i)[last], value));
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
