package dev.vedette.promql.functions;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.GroupOp.Context;
import dev.vedette.promql.exec.GroupOp.Group;
import dev.vedette.promql.exec.GroupOp.GroupFunction;
import dev.vedette.promql.exec.Notes;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.Series;
import dev.vedette.promql.histogram.HistogramText;
import dev.vedette.promql.numbers.GoFormat;
import dev.vedette.promql.parse.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/** Aggregations that choose among, sort or count the series of a group. */
public final class GroupFunctions {
  private GroupFunctions() {}

  /** How many each step asks for. */
  static int[] counts(double[] parameter) {
    int[] counts = new int[parameter.length];
    for (int step = 0; step < counts.length; step++) {
      counts[step] = count(parameter[step]);
    }
    return counts;
  }

  /** {@code limit_ratio}: those whose hash is in the ratio's part of all hashes. */
  public static GroupFunction ratio() {
    return checked(GroupFunctions::refuseNan, ratioUnchecked());
  }

  private static GroupFunction checked(DoubleConsumer check, GroupFunction function) {
    return new GroupFunction() {
      @Override
      public List<Series> apply(Group group, double[] parameter, Context context) {
        return function.apply(group, parameter, context);
      }

      @Override
      public void check(double[] parameter, Notes notes) {
        for (double value : parameter) {
          check.accept(value);
        }
      }
    };
  }

  private static void refuseNan(double ratio) {
    if (Double.isNaN(ratio)) {
      throw Evaluation.failed("Ratio value is NaN");
    }
  }

  private static GroupFunction ratioUnchecked() {
    return (group, parameter, context) -> {
      BitSet[] kept = new BitSet[group.steps()];
      for (int step = 0; step < kept.length; step++) {
        double ratio = checkRatio(parameter[step], context.ofParameter());
        kept[step] = new BitSet();
        for (int i = 0; i < group.series().size(); i++) {
          double position = SeriesPosition.of(group.series().get(i).labels());
          if (ratio >= 0 ? position < ratio : position >= 1 + ratio) {
            kept[step].set(i);
          }
        }
      }
      return keep(group, kept);
    };
  }

  private static double checkRatio(double ratio, Notes notes) {
    if (ratio < -1 || ratio > 1) {
      double capped = Math.copySign(1, ratio);
      notes.warn(
          "ratio value should be between -1 and 1, got %s, capping to %s"
              .formatted(GoFormat.general(ratio), GoFormat.general(capped)));
      return capped;
    }
    return ratio;
  }

  private static int count(double k) {
    if (Double.isNaN(k)) {
      throw Evaluation.failed("Parameter value is NaN");
    }
    if (k >= 0x1p63 || k < -0x1p63) {
      throw Evaluation.failed(
          "Scalar value %s %s int64"
              .formatted(GoFormat.general(k), k > 0 ? "overflows" : "underflows"));
    }
    return (int) k;
  }

  private static List<Series> keep(Group group, BitSet[] kept) {
    for (int i = 0; i < group.series().size(); i++) {
      for (int step = 0; step < kept.length; step++) {
        if (!kept[step].get(i)) {
          group.series().get(i).remove(step);
        }
      }
    }
    return group.series();
  }

  /** {@code count_values}: how many series have each value, the value in a label. */
  public static GroupFunction countValues(String label) {
    return (group, _, context) -> {
      Map<String, double[]> counts = new LinkedHashMap<>();
      for (Series series : group.series()) {
        for (int step = 0; step < group.steps(); step++) {
          if (series.isPresent(step)) {
            double[] column =
                counts.computeIfAbsent(
                    text(series, step), _ -> none(group.steps(), context.evaluation()));
            column[step] = Points.isNone(column[step]) ? 1 : column[step] + 1;
          }
        }
      }
      List<Series> results = new ArrayList<>();
      counts.forEach(
          (value, column) ->
              results.add(
                  new Series(
                      group.labels().toBuilder().set(label, value).build(),
                      group.nameDropped() && !label.equals(Labels.METRIC_NAME),
                      column)));
      return results;
    };
  }

  private static String text(Series series, int step) {
    Histogram histogram = series.histogram(step);
    return histogram == null ? Numbers.format(series.values()[step]) : HistogramText.of(histogram);
  }

  private static double[] none(int steps, Evaluation evaluation) {
    evaluation.hold(steps);
    double[] column = new double[steps];
    Arrays.fill(column, Points.NONE);
    return column;
  }
}
