package dev.vedette.querier.http;

import dev.vedette.querier.Querier.Range;
import dev.vedette.querier.datadog.MetricQueryRequest;
import java.math.BigDecimal;
import java.util.List;

/** Tells who asked that {@code spec.query.alignToStep} moved times, where it did. */
final class Alignment {
  private Alignment() {}

  static List<String> infos(Range asked, Range evaluated) {
    return asked.equals(evaluated)
        ? List.of()
        : List.of(
            ("PromQL info: evaluated from %s to %s: spec.query.alignToStep moves start and end down"
                    + " to multiples of the step, nocache=1 has the exact times")
                .formatted(seconds(evaluated.startMillis()), seconds(evaluated.endMillis())));
  }

  static List<String> infos(MetricQueryRequest asked, MetricQueryRequest evaluated) {
    return asked.fromMillis() == evaluated.fromMillis()
        ? List.of()
        : List.of(
            ("PromQL info: the first bucket begins at %s: spec.query.alignToStep moves \"from\" down"
                    + " to a multiple of the interval, \"nocache\": 1 has the exact time")
                .formatted(seconds(evaluated.fromMillis())));
  }

  private static String seconds(long millis) {
    return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
  }
}
