package dev.vedette.model;

import java.util.List;
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
 */
public record Selection(
    List<LabelMatcher> matchers,
    long startMillis,
    long endMillis,
    long resolutionMillis,
    Set<BucketColumn> columns) {
  public Selection {
    matchers = List.copyOf(matchers);
    columns = Set.copyOf(columns);
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
    return new Selection(matchers, otherStartMillis, otherEndMillis, resolutionMillis, columns);
  }

  /** The same of samples as they are. */
  public Selection raw() {
    return new Selection(matchers, startMillis, endMillis);
  }
}
