package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import dev.vedette.promql.exec.BinaryPoints.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings the series of two vectors together that match, and applies an operator to each pair.
 *
 * <p>A pair of numbers goes through {@link BinaryPoints#ofFloats}; only where one is a histogram
 * are operands made.
 */
final class VectorJoin {
  private static final String NOT_UNIQUE =
      "multiple matches for labels: grouping labels must ensure unique matches";

  private final BinaryPoints points;
  private final Matching rule;
  private final boolean dropNameLater;
  private final int steps;
  private final Evaluation evaluation;
  private final Merge results = new Merge(NOT_UNIQUE);
  private final boolean changes;
  private final boolean trims;

  VectorJoin(
      BinaryPoints points, Matching rule, boolean dropNameLater, int steps, Evaluation evaluation) {
    this.points = points;
    this.rule = rule;
    this.dropNameLater = dropNameLater;
    this.steps = steps;
    this.evaluation = evaluation;
    this.changes = points.op().makesAnotherMetric(points.returnBool());
    this.trims = points.op().isTrim();
  }

  /** Series of one side with the same signature. */
  private static final class Group {
    final List<Series> series = new ArrayList<>();

    /** Which steps have a point, for filling in the others. */
    boolean[] present(int steps) {
      return VectorJoin.present(series, steps);
    }
  }

  private static boolean[] present(List<Series> series, int steps) {
    boolean[] present = new boolean[steps];
    for (Series one : series) {
      for (int i = 0; i < steps; i++) {
        present[i] |= one.isPresent(i);
      }
    }
    return present;
  }

  List<Series> join(List<Series> leftSeries, List<Series> rightSeries) {
    boolean swap = rule.manyRight();
    Map<Labels, Group> many = group(swap ? rightSeries : leftSeries);
    Map<Labels, Group> one = group(swap ? leftSeries : rightSeries);
    // "Left" of a fill is the side with many series, as Prometheus has it.
    Double fillMany = rule.written().fillLeft();
    Double fillOne = rule.written().fillRight();
    // Where the other side has nothing at all, nothing is matched, and so nothing is in doubt.
    if (one.values().stream().anyMatch(group -> group.series.size() > 1)) {
      boolean[] checked = present(swap ? rightSeries : leftSeries, steps);
      if (fillMany != null || fillOne != null) {
        Arrays.fill(checked, true);
      }
      one.values().forEach(group -> checkUnique(group, checked));
    }
    many.forEach(
        (signature, group) -> {
          Group others = one.get(signature);
          if (others != null) {
            match(group, others);
          }
          if (fillOne != null) {
            fillOne(group, others, fillOne);
          }
        });
    if (fillMany != null) {
      one.forEach((signature, group) -> fillMany(signature, group, many.get(signature), fillMany));
    }
    return results.series();
  }

  private Map<Labels, Group> group(List<Series> series) {
    Map<Labels, Group> groups = new LinkedHashMap<>();
    for (Series one : series) {
      groups.computeIfAbsent(rule.signature(one.labels()), _ -> new Group()).series.add(one);
    }
    return groups;
  }

  /**
   * @param checked the steps at which it has to be
   */
  private void checkUnique(Group group, boolean[] checked) {
    @Nullable Series[] seen = new Series[steps];
    for (Series series : group.series) {
      for (int i = 0; i < steps; i++) {
        if (checked[i] && series.isPresent(i)) {
          Series other = seen[i];
          if (other != null) {
            throw duplicates(series.labels(), other.labels());
          }
          seen[i] = series;
        }
      }
    }
  }

  private RuntimeException duplicates(Labels first, Labels second) {
    return Evaluation.failed(
        ("found duplicate series for the match group %s on the %s hand-side of the operation:"
                + " [%s, %s];many-to-many matching not allowed: matching labels must be unique"
                + " on one side")
            .formatted(
                Matching.braces(rule.signature(first)),
                rule.manyRight() ? "left" : "right",
                Matching.braces(first),
                Matching.braces(second)));
  }

  private void match(Group many, Group one) {
    boolean[] matched = rule.isOneToOne() && many.series.size() > 1 ? new boolean[steps] : null;
    for (Series of : many.series) {
      for (Series with : one.series) {
        PointColumn column = PointColumn.of(steps);
        for (int i = 0; i < steps; i++) {
          if (of.isPresent(i) && with.isPresent(i)) {
            compute(of, with, i, column);
            if (matched != null && (column.isPresent(i) || isComparable(of, with, i))) {
              mark(matched, i);
            }
          }
        }
        if (column.anyPresent()) {
          add(of.labels(), of.nameDropped(), with.labels(), column);
        }
      }
    }
  }

  /** Whether it was a comparison that took a point out, and not types that do not go together. */
  private boolean isComparable(Series a, Series b, int step) {
    boolean isHistogram = a.histogram(step) != null;
    return isHistogram == (b.histogram(step) != null) && points.compares(isHistogram);
  }

  /** A second match at a step is an error, even where a comparison would take it out. */
  private void mark(boolean[] matched, int step) {
    if (matched[step]) {
      throw Evaluation.failed(
          "multiple matches for labels: many-to-one matching must be explicit"
              + " (group_left/group_right)");
    }
    matched[step] = true;
  }

  /** Results of the steps where the "one" side is missing. */
  private void fillOne(Group many, @Nullable Group one, double value) {
    boolean[] present = one == null ? new boolean[steps] : one.present(steps);
    boolean[] matched = rule.isOneToOne() && many.series.size() > 1 ? new boolean[steps] : null;
    Operand filled = new Operand(value, null);
    for (Series of : many.series) {
      PointColumn column = PointColumn.of(steps);
      for (int i = 0; i < steps; i++) {
        if (!present[i] && of.isPresent(i)) {
          compute(operand(of, i), filled, i, column);
          boolean isNumber = of.histogram(i) == null;
          if (matched != null && (column.isPresent(i) || isNumber && points.compares(false))) {
            mark(matched, i);
          }
        }
      }
      if (column.anyPresent()) {
        add(of.labels(), of.nameDropped(), rule.signature(of.labels()), column);
      }
    }
  }

  /** Results of the steps where the "many" side is missing: one series a match. */
  private void fillMany(Labels signature, Group one, @Nullable Group many, double value) {
    boolean[] present = many == null ? new boolean[steps] : many.present(steps);
    Operand filled = new Operand(value, null);
    for (Series with : one.series) {
      PointColumn column = PointColumn.of(steps);
      for (int i = 0; i < steps; i++) {
        if (!present[i] && with.isPresent(i)) {
          compute(filled, operand(with, i), i, column);
        }
      }
      if (column.anyPresent()) {
        add(signature, false, with.labels(), column);
      }
    }
  }

  private static Operand operand(Series series, int step) {
    return new Operand(series.values()[step], series.histogram(step));
  }

  private void compute(Series many, Series one, int step, PointColumn column) {
    boolean numbers = many.histogram(step) == null && one.histogram(step) == null;
    if (!numbers || trims) {
      compute(operand(many, step), operand(one, step), step, column);
      return;
    }
    double a = many.values()[step];
    double b = one.values()[step];
    column.set(step, rule.manyRight() ? points.ofFloats(b, a) : points.ofFloats(a, b));
  }

  private void compute(Operand many, Operand one, int step, PointColumn column) {
    if (rule.manyRight()) {
      points.apply(one, many, step, column);
    } else {
      points.apply(many, one, step, column);
    }
  }

  private void add(Labels many, boolean nameDropped, Labels one, PointColumn column) {
    boolean dropNow = changes && !dropNameLater;
    Labels labels = rule.result(many, one, dropNow);
    boolean marked = (nameDropped || changes && dropNameLater) && Series.hasName(labels);
    Series result = new Series(labels, marked, column.values(), column.histograms());
    evaluation.hold(steps);
    evaluation.hold(result);
    results.add(result);
  }
}
