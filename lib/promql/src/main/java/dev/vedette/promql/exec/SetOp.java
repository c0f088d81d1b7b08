package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import dev.vedette.promql.parse.BinaryOp;
import dev.vedette.promql.parse.VectorMatching;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code and}, {@code or}, {@code unless}. */
public record SetOp(BinaryOp op, VectorOp left, VectorOp right, VectorMatching matching)
    implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    Matching rule = Matching.of(matching);
    List<Series> leftSeries = left.all(evaluation, steps);
    List<Series> rightSeries = right.all(evaluation, steps);
    if (op != BinaryOp.OR) {
      filter(rule, leftSeries, presence(rule, rightSeries, steps.count()), op == BinaryOp.AND);
      return leftSeries;
    }
    filter(rule, rightSeries, presence(rule, leftSeries, steps.count()), false);
    Merge merge = Merge.sameLabels();
    leftSeries.forEach(merge::add);
    for (Series series : rightSeries) {
      if (series.anyPresent()) {
        merge.add(series);
      }
    }
    return merge.series();
  }

  /** Takes out the points where the other side's presence is not the wanted one. */
  private static void filter(
      Matching rule, List<Series> series, Map<Labels, boolean[]> presence, boolean wanted) {
    for (Series one : series) {
      boolean[] present = presence.get(rule.signature(one.labels()));
      for (int i = 0; i < one.values().length; i++) {
        boolean isPresent = present != null && present[i];
        if (isPresent != wanted) {
          one.remove(i);
        }
      }
    }
  }

  /** Steps at which any of the series of a signature has a point. */
  private static Map<Labels, boolean[]> presence(Matching rule, List<Series> series, int steps) {
    Map<Labels, boolean[]> presence = new HashMap<>();
    for (Series one : series) {
      boolean[] present =
          presence.computeIfAbsent(rule.signature(one.labels()), _ -> new boolean[steps]);
      for (int i = 0; i < steps; i++) {
        present[i] |= one.isPresent(i);
      }
    }
    return presence;
  }
}
