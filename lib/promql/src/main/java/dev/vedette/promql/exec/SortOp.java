package dev.vedette.promql.exec;

import dev.vedette.promql.parse.SourceRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Orders the series of an instant query; the answer to a range query is ordered by labels anyway.
 *
 * @param where the vector stands in the expression
 * @param warning what to say where that is in vain; empty for nothing
 */
public record SortOp(VectorOp inner, Comparator<Series> order, String warning, SourceRange where)
    implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    List<Series> series = new ArrayList<>(inner.all(evaluation, steps));
    if (steps.count() == 1) {
      series.sort(order);
    } else if (!warning.isEmpty()) {
      evaluation.annotations().warn(warning, where);
    }
    return series;
  }

  /** By value, NaN last either way. */
  public static Comparator<Series> byValue(boolean descending) {
    Comparator<Series> nanLast = Comparator.comparing(series -> Double.isNaN(series.values()[0]));
    Comparator<Series> byValue = Comparator.comparingDouble(series -> series.values()[0]);
    return nanLast.thenComparing(descending ? byValue.reversed() : byValue);
  }

  /** By the values of labels, numbers in them as numbers; then by all labels. */
  public static Comparator<Series> byLabels(List<String> names, boolean descending) {
    Comparator<Series> order =
        (a, b) -> {
          for (String name : names) {
            int byName = NaturalOrder.compare(a.labels().get(name), b.labels().get(name));
            if (byName != 0) {
              return byName;
            }
          }
          return a.labels().compareTo(b.labels());
        };
    return descending ? order.reversed() : order;
  }
}
