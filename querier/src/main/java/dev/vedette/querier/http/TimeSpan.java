package dev.vedette.querier.http;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import java.util.List;

/** A closed range of Unix milliseconds in which series are looked for. */
record TimeSpan(long startMillis, long endMillis) {
  /**
   * What {@code start} and {@code end} say. Where they run backwards it is what lies between: there
   * Prometheus, too, finds series and tells of no error.
   */
  static TimeSpan of(ApiParams params) {
    long start = params.time("start", Long.MIN_VALUE);
    long end = params.time("end", Long.MAX_VALUE);
    return new TimeSpan(Math.min(start, end), Math.max(start, end));
  }

  Selection of(List<LabelMatcher> matchers) {
    return new Selection(matchers, startMillis, endMillis);
  }
}
