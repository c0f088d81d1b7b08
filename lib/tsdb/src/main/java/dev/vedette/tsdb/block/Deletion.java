package dev.vedette.tsdb.block;

import dev.vedette.model.LabelMatcher;
import java.util.List;

/**
 * Samples that are to be gone: those of the matching series in a closed range of time, in the
 * blocks it is said to hold for. Blocks do not change, so it means the same samples for ever, and
 * never one that is written later.
 *
 * @param matchers all must match; without any, every series does
 */
public record Deletion(List<LabelMatcher> matchers, long startMillis, long endMillis) {
  public Deletion {
    matchers = List.copyOf(matchers);
    if (startMillis > endMillis) {
      throw new IllegalArgumentException(
          "deletion %d to %d runs backwards".formatted(startMillis, endMillis));
    }
  }

  /** The same of all buckets that it has something of; of samples as they are, the same. */
  public Deletion ofWholeBuckets(long resolutionMillis) {
    return resolutionMillis == 0
        ? this
        : new Deletion(
            matchers,
            Buckets.startMillis(startMillis, resolutionMillis),
            Buckets.endMillis(endMillis, resolutionMillis));
  }

  boolean covers(long startMillis, long endMillis) {
    return this.startMillis <= startMillis && endMillis <= this.endMillis;
  }
}
