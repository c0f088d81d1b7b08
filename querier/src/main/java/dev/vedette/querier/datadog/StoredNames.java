package dev.vedette.querier.datadog;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.promql.parse.Printer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Under which names metrics and tags of a query are stored: as they are written where there are
 * series of that name in the query's range, and else with an underscore for each character that a
 * plain name cannot have. A name that is plain costs nothing, another one a look into the index.
 * And what a metric's samples are, which costs reading a few of them. One query, one thread.
 */
public final class StoredNames {
  private static final long HOUR_MILLIS = 3_600_000;

  private final SeriesSource source;
  private final TenantId tenant;
  private final long startMillis;
  private final long endMillis;
  private final long newestMillis;
  private final Map<String, String> metrics = new HashMap<>();
  private final Map<String, Samples> samples = new HashMap<>();
  private final Map<String, Set<String>> labels = new HashMap<>();

  /** What the samples of a metric are. */
  enum Samples {
    NUMBERS,
    /** Native histograms that count on and on. */
    COUNTING_HISTOGRAMS,
    /** Native histograms of what was there, each by itself. */
    GAUGE_HISTOGRAMS
  }

  /**
   * @param newestMillis length of the end of the range that is looked at first for samples
   */
  public StoredNames(
      SeriesSource source, TenantId tenant, long startMillis, long endMillis, long newestMillis) {
    this.source = source;
    this.tenant = tenant;
    this.startMillis = startMillis;
    this.endMillis = endMillis;
    this.newestMillis = newestMillis;
  }

  String metric(String written) {
    return isPlain(written)
        ? written
        : metrics.computeIfAbsent(written, name -> isStored(name) ? name : plain(name));
  }

  private boolean isStored(String metric) {
    return !source.series(tenant, of(metric), 1).isEmpty();
  }

  /** A tag of the series of a metric, whose stored name is given. */
  String label(String metric, String written) {
    if (isPlain(written)) {
      return written;
    }
    Set<String> known =
        labels.computeIfAbsent(
            metric, name -> new HashSet<>(source.labelNames(tenant, of(name), 0)));
    return known.contains(written) ? written : plain(written);
  }

  private Selection of(String metric) {
    return new Selection(named(metric), startMillis, endMillis);
  }

  /** By the newest ones in the range, or, where they are gone for their age, the oldest there. */
  Samples samples(String metric) {
    return samples.computeIfAbsent(
        metric,
        name -> {
          long newest = Math.max(startMillis, endMillis - newestMillis + 1);
          return firstOf(name, newest, endMillis)
              .or(() -> firstOf(name, startMillis, endMillis))
              .or(() -> oldestOf(name))
              .orElse(Samples.NUMBERS);
        });
  }

  private Optional<Samples> oldestOf(String metric) {
    long kept = source.coverage(tenant).rawFromMillis();
    return kept > startMillis ? firstOf(metric, kept, kept + HOUR_MILLIS) : Optional.empty();
  }

  private Optional<Samples> firstOf(String metric, long fromMillis, long toMillis) {
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor =
        source.select(tenant, new Selection(named(metric), fromMillis, toMillis))) {
      return cursor.next(batch) ? Optional.of(of(batch)) : Optional.empty();
    }
  }

  private static Samples of(SeriesBatch batch) {
    for (int i = 0; i < batch.count(); i++) {
      @Nullable Histogram[] histograms = batch.histograms(i);
      for (int at = 0; histograms != null && at < batch.size(i); at++) {
        Histogram histogram = histograms[at];
        if (histogram != null && !histogram.isStale()) {
          return histogram.reset() == CounterReset.GAUGE
              ? Samples.GAUGE_HISTOGRAMS
              : Samples.COUNTING_HISTOGRAMS;
        }
      }
    }
    return Samples.NUMBERS;
  }

  private static List<LabelMatcher> named(String metric) {
    return List.of(LabelMatcher.equal(Labels.METRIC_NAME, metric));
  }

  private static boolean isPlain(String name) {
    return Printer.isPlainName(name.replace(':', '_'));
  }

  private static String plain(String name) {
    StringBuilder out = new StringBuilder(name.length());
    name.codePoints()
        .forEach(
            c -> out.append(c == ':' || isPlain("a" + Character.toString(c)) ? (char) c : '_'));
    return out.toString();
  }
}
