package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import dev.vedette.promql.parse.BinaryOp;
import dev.vedette.promql.parse.VectorMatching;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic and comparison between two vectors. Holds both sides. "Many" is the side that may have
 * several series a match: the left one, unless {@code group_right} says otherwise.
 */
public record VectorVectorOp(
    BinaryOp op,
    VectorOp left,
    VectorOp right,
    boolean returnBool,
    VectorMatching matching,
    boolean dropNameLater)
    implements VectorOp {
  private static final String NOT_UNIQUE =
      "multiple matches for labels: grouping labels must ensure unique matches";

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    List<Series> leftSeries = left.all(evaluation, steps);
    List<Series> rightSeries = right.all(evaluation, steps);
    return new Join(Matching.of(matching), steps.count()).join(leftSeries, rightSeries);
  }

  /** Series of one side with the same signature. */
  private static final class Group {
    final List<Series> series = new ArrayList<>();

    /** Which steps have a point, for filling in the others. */
    boolean[] present(int steps) {
      boolean[] present = new boolean[steps];
      for (Series one : series) {
        for (int i = 0; i < steps; i++) {
          present[i] |= Points.isPresent(one.values()[i]);
        }
      }
      return present;
    }
  }

  private final class Join {
    private final Matching rule;
    private final int steps;
    private final Merge results = new Merge(NOT_UNIQUE);
    private final boolean filter = op.isComparison() && !returnBool;
    private final boolean trims = op == BinaryOp.TRIM_LOWER || op == BinaryOp.TRIM_UPPER;

    Join(Matching rule, int steps) {
      this.rule = rule;
      this.steps = steps;
    }

    List<Series> join(List<Series> leftSeries, List<Series> rightSeries) {
      boolean swap = rule.manyRight();
      Map<Labels, Group> many = group(swap ? rightSeries : leftSeries);
      Map<Labels, Group> one = group(swap ? leftSeries : rightSeries);
      // "Left" of a fill is the side with many series, as Prometheus has it.
      Double fillMany = matching.fillLeft();
      Double fillOne = matching.fillRight();
      one.forEach(this::checkUnique);
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
        one.forEach(
            (signature, group) -> fillMany(signature, group, many.get(signature), fillMany));
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

    private void checkUnique(Labels signature, Group group) {
      if (group.series.size() == 1) {
        return;
      }
      @Nullable Series[] seen = new Series[steps];
      for (Series series : group.series) {
        for (int i = 0; i < steps; i++) {
          if (Points.isPresent(series.values()[i])) {
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
          double[] column = new double[steps];
          boolean any = false;
          for (int i = 0; i < steps; i++) {
            double a = of.values()[i];
            double b = with.values()[i];
            boolean both = Points.isPresent(a) && Points.isPresent(b);
            column[i] = both ? compute(a, b) : Points.NONE;
            any |= Points.isPresent(column[i]);
            if (both && matched != null) {
              mark(matched, i);
            }
          }
          if (any) {
            add(of, with.labels(), column);
          }
        }
      }
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
      for (Series of : many.series) {
        double[] column = new double[steps];
        for (int i = 0; i < steps; i++) {
          double a = of.values()[i];
          boolean fill = !present[i] && Points.isPresent(a);
          column[i] = fill ? compute(a, value) : Points.NONE;
          if (fill && matched != null) {
            mark(matched, i);
          }
        }
        if (Points.any(column, steps)) {
          add(of, rule.signature(of.labels()), column);
        }
      }
    }

    /** Results of the steps where the "many" side is missing: one series a match. */
    private void fillMany(Labels signature, Group one, @Nullable Group many, double value) {
      boolean[] present = many == null ? new boolean[steps] : many.present(steps);
      for (Series with : one.series) {
        double[] column = new double[steps];
        for (int i = 0; i < steps; i++) {
          double b = with.values()[i];
          boolean fill = !present[i] && Points.isPresent(b);
          column[i] = fill ? compute(value, b) : Points.NONE;
        }
        if (Points.any(column, steps)) {
          add(new Series(signature, false, column), with.labels(), column);
        }
      }
    }

    private double compute(double many, double one) {
      double a = rule.manyRight() ? one : many;
      double b = rule.manyRight() ? many : one;
      if (trims) {
        return Points.NONE;
      }
      if (filter) {
        return BinaryMath.holds(op, a, b) ? a : Points.NONE;
      }
      return BinaryMath.apply(op, a, b);
    }

    private void add(Series many, Labels one, double[] column) {
      boolean changes = !filter;
      boolean dropNow = changes && !dropNameLater;
      Labels labels = rule.result(many.labels(), one, dropNow);
      boolean marked = (many.nameDropped() || changes && dropNameLater) && Series.hasName(labels);
      results.add(new Series(labels, marked, column));
    }
  }

  /** Steps at which any of the series of a signature has a point. */
  static Map<Labels, boolean[]> presence(Matching rule, List<Series> series, int steps) {
    Map<Labels, boolean[]> presence = new HashMap<>();
    for (Series one : series) {
      boolean[] present =
          presence.computeIfAbsent(rule.signature(one.labels()), _ -> new boolean[steps]);
      for (int i = 0; i < steps; i++) {
        present[i] |= Points.isPresent(one.values()[i]);
      }
    }
    return presence;
  }

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
        if (Points.any(series.values(), steps.count())) {
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
        double[] values = one.values();
        if (present == null) {
          if (wanted) {
            Arrays.fill(values, Points.NONE);
          }
          continue;
        }
        for (int i = 0; i < values.length; i++) {
          if (present[i] != wanted) {
            values[i] = Points.NONE;
          }
        }
      }
    }
  }
}
