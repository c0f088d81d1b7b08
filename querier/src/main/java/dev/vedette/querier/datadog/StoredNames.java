package dev.vedette.querier.datadog;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.promql.parse.Printer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Under which names metrics and tags of a query are stored: as they are written where there are
 * series of that name in the query's range, and else with an underscore for each character that a
 * plain name cannot have; likewise where there are none but the series of a classic histogram's
 * buckets. A name that is plain costs nothing, another one some looks into the index. And what a
 * metric's samples are, which costs reading its newest ones. One query, one thread.
 */
public final class StoredNames {
  /** The label that has the upper bound of a classic histogram's bucket. */
  static final String BOUND = "le";

  private static final long HOUR_MILLIS = 3_600_000;

  private final SeriesSource source;
  private final TenantId tenant;
  private final long startMillis;
  private final long endMillis;
  private final long newestMillis;
  private final Reads reads;
  private final Map<String, String> metrics = new HashMap<>();
  private final Map<String, Samples> samples = new HashMap<>();
  private final Map<String, Set<String>> labels = new HashMap<>();

  /** Is told what was read, and throws where it is too much or there is no time left. */
  @FunctionalInterface
  public interface Reads {
    void read(int series, long samples);
  }

  /** What the samples of a metric are. */
  enum Samples {
    NUMBERS,
    /** Native histograms that count on and on. */
    COUNTING_HISTOGRAMS,
    /** Native histograms of what was there, each by itself. */
    GAUGE_HISTOGRAMS,
    /** None of this name: a classic histogram's are those of its buckets, sums and counts. */
    CLASSIC_HISTOGRAMS
  }

  /**
   * @param newestMillis length of the end of the range that is looked at first for samples
   */
  public StoredNames(
      SeriesSource source,
      TenantId tenant,
      long startMillis,
      long endMillis,
      long newestMillis,
      Reads reads) {
    this.source = source;
    this.tenant = tenant;
    this.startMillis = startMillis;
    this.endMillis = endMillis;
    this.newestMillis = newestMillis;
    this.reads = reads;
  }

  String metric(String written) {
    return isPlain(written) ? written : metrics.computeIfAbsent(written, this::storedAs);
  }

  private String storedAs(String written) {
    String plain = plain(written);
    boolean isAsWritten = isStored(written) || (!isStored(plain) && hasBuckets(written));
    return isAsWritten ? written : plain;
  }

  private boolean isStored(String metric) {
    return isAny(named(metric));
  }

  private boolean hasBuckets(String metric) {
    return isAny(
        List.of(
            LabelMatcher.equal(Labels.METRIC_NAME, bucketsOf(metric)),
            new LabelMatcher(LabelMatcher.Type.NOT_EQUAL, BOUND, "")));
  }

  private boolean isAny(List<LabelMatcher> matchers) {
    return !source.series(tenant, new Selection(matchers, startMillis, endMillis), 1).isEmpty();
  }

  /** The metric of a classic histogram's buckets. */
  static String bucketsOf(String metric) {
    return metric + "_bucket";
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
          long kept = Math.max(startMillis, source.coverage(tenant).rawFromMillis());
          return newest(name, kept, endMillis)
              .or(
                  () ->
                      kept > startMillis
                          ? newest(name, kept, kept + HOUR_MILLIS)
                          : Optional.empty())
              .or(
                  () ->
                      hasBuckets(name) ? Optional.of(Samples.CLASSIC_HISTOGRAMS) : Optional.empty())
              .orElse(Samples.NUMBERS);
        });
  }

  /** Whether samples of a metric that was asked for count, which takes two in a bucket to tell. */
  boolean anyCounts() {
    return samples.containsValue(Samples.COUNTING_HISTOGRAMS)
        || samples.containsValue(Samples.CLASSIC_HISTOGRAMS);
  }

  private Optional<Samples> newest(String metric, long fromMillis, long toMillis) {
    if (fromMillis > toMillis) {
      return Optional.empty();
    }
    Selection selection = new Selection(named(metric), fromMillis, toMillis);
    return source.series(tenant, selection, 1).isEmpty()
        ? Optional.empty()
        : new NewestSamples(source, tenant, newestMillis, reads).of(selection);
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
