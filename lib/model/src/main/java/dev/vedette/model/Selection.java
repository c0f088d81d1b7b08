package dev.vedette.model;

import java.util.List;

/**
 * Which series and which part of them.
 *
 * @param matchers all must match; at least one
 * @param startMillis first millisecond wanted, inclusive
 * @param endMillis last millisecond wanted, inclusive
 */
public record Selection(List<LabelMatcher> matchers, long startMillis, long endMillis) {
  public Selection {
    matchers = List.copyOf(matchers);
  }
}
