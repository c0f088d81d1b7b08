package dev.vedette.model;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which series and which part of them.
 *
 * <p>With a resolution it asks for buckets: of each bucket {@code (t - resolution, t]}, where t is
 * a multiple of the resolution, the last sample (the last of each stretch of one kind, see {@link
 * BucketColumn}), behind it the staleness marker if the bucket ends with one, and the columns asked
 * for ({@link SeriesBatch#buckets}). The range then should begin just behind the end of a bucket
 * and end with one; a bucket of which the range has not the last sample may be missing.
 *
 * @param matchers all must match; at least one
 * @param startMillis first millisecond wanted, inclusive
 * @param endMillis last millisecond wanted, inclusive
 * @param resolutionMillis 0 for the samples as they are; else length of the buckets, of any, though
 *     only those of the {@link Coverage}'s tiers are there when samples are not
 * @param columns of the buckets; none without a resolution
 * @param enough what of the series is looked at
 */
public record Selection(
    List<LabelMatcher> matchers,
    long startMillis,
    long endMillis,
    long resolutionMillis,
    Set<BucketColumn> columns,
    Enough enough) {
  /**
   * What of each series is looked at. A source may leave out the rest, and should where that is
   * less work; what it hands out may always be whole.
   *
   * @param newest whether that is only the newest sample in the range
   * @param labels the only ones, so that several series may come with the same; empty for all
   */
  public record Enough(boolean newest, Optional<Set<String>> labels) {
    /** Everything. */
    public static final Enough ALL = new Enough(false, Optional.empty());

    /** The newest sample in the range, with all labels. */
    public static final Enough NEWEST = new Enough(true, Optional.empty());

    public Enough {
      labels = labels.map(Set::copyOf);
    }

    /** The same with all labels. */
    public Enough withAllLabels() {
      return newest ? NEWEST : ALL;
    }
  }

  public Selection {
    matchers = List.copyOf(matchers);
    columns = Set.copyOf(columns);
  }

  /** All samples or buckets in the range. */
  public Selection(
      List<LabelMatcher> matchers,
      long startMillis,
      long endMillis,
      long resolutionMillis,
      Set<BucketColumn> columns) {
    this(matchers, startMillis, endMillis, resolutionMillis, columns, Enough.ALL);
  }

  /** Samples as they are. */
  public Selection(List<LabelMatcher> matchers, long startMillis, long endMillis) {
    this(matchers, startMillis, endMillis, 0, Set.of());
  }

  /** Whether buckets are asked for. */
  public boolean isTier() {
    return resolutionMillis > 0;
  }

  /** The same of another range of time. */
  public Selection between(long otherStartMillis, long otherEndMillis) {
    return new Selection(
        matchers, otherStartMillis, otherEndMillis, resolutionMillis, columns, enough);
  }

  /** The same where less of the series, or more, is looked at. */
  public Selection where(Enough other) {
    return new Selection(matchers, startMillis, endMillis, resolutionMillis, columns, other);
  }

  /** The same of all samples as they are. */
  public Selection raw() {
    return new Selection(matchers, startMillis, endMillis);
  }
}
