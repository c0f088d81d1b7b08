package dev.vedette.promql.functions;

import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.RangeSamples;
import dev.vedette.promql.functions.StartTimes.Started;
import dev.vedette.promql.numbers.GoFormat;
import dev.vedette.promql.numbers.KahanSum;
import java.util.Arrays;

/** The {@code …_over_time} family and its like: functions of the samples of one window. */
final class OverTime {
  private OverTime() {}

  static double sum(RangeSamples samples, int from, int to, int step) {
    KahanSum sum = new KahanSum();
    for (int i = from; i < to; i++) {
      sum.add(samples.value(i));
    }
    return sum.value();
  }

  /** By sum and count; where the sum would overflow, by a running mean from there on. */
  static double average(RangeSamples samples, int from, int to, int step) {
    KahanSum sum = new KahanSum();
    for (int i = from; i < to; i++) {
      double rawBefore = sum.rawSum();
      double lostBefore = sum.lost();
      sum.add(samples.value(i));
      if (i > from && Double.isInfinite(sum.rawSum())) {
        int count = i - from;
        sum.set(rawBefore / count, lostBefore / count);
        return runningMean(samples, from, to, i, sum);
      }
    }
    double count = to - from;
    return sum.rawSum() / count + sum.lost() / count;
  }

  private static double runningMean(RangeSamples samples, int from, int to, int at, KahanSum mean) {
    for (int i = at; i < to; i++) {
      double count = i - from + 1.0;
      double weight = (count - 1) / count;
      mean.set(weight * mean.rawSum(), weight * mean.lost());
      mean.add(samples.value(i) / count);
    }
    return mean.rawSum() + mean.lost();
  }

  static double timeOfMin(RangeSamples samples, int from, int to, int step) {
    int best = from;
    for (int i = from + 1; i < to; i++) {
      if (samples.value(i) <= samples.value(best) || Double.isNaN(samples.value(best))) {
        best = i;
      }
    }
    return seconds(samples, best);
  }

  static double timeOfMax(RangeSamples samples, int from, int to, int step) {
    int best = from;
    for (int i = from + 1; i < to; i++) {
      if (samples.value(i) >= samples.value(best) || Double.isNaN(samples.value(best))) {
        best = i;
      }
    }
    return seconds(samples, best);
  }

  static double seconds(RangeSamples samples, int sample) {
    return samples.timestamp(sample) / 1000.0;
  }

  static double deviation(RangeSamples samples, int from, int to, int step) {
    return Math.sqrt(variance(samples, from, to, step));
  }

  static double variance(RangeSamples samples, int from, int to, int step) {
    KahanSum mean = new KahanSum();
    KahanSum squares = new KahanSum();
    for (int i = from; i < to; i++) {
      double value = samples.value(i);
      double delta = value - (mean.rawSum() + mean.lost());
      mean.add(delta / (i - from + 1));
      squares.add(delta * (value - (mean.rawSum() + mean.lost())));
    }
    return (squares.rawSum() + squares.lost()) / (to - from);
  }

  static double changes(RangeSamples samples, int from, int to, int step) {
    int changes = 0;
    for (int i = from + 1; i < to; i++) {
      double value = samples.value(i);
      double before = samples.value(i - 1);
      if (value != before && !(Double.isNaN(value) && Double.isNaN(before))) {
        changes++;
      }
    }
    return changes;
  }

  static double resets(RangeSamples samples, int from, int to, int step) {
    int resets = 0;
    for (int i = from + 1; i < to; i++) {
      boolean reset =
          samples.value(i) < samples.value(i - 1)
              || samples.hasStarts()
                  && StartTimes.isReset(Started.of(samples, i - 1), Started.of(samples, i));
      resets += reset ? 1 : 0;
    }
    return resets;
  }

  static double quantile(RangeSamples samples, int from, int to, int step) {
    double q = samples.argument(0, step);
    Quantiles.check(q, samples.notes());
    return Quantiles.of(q, copy(samples, from, to), to - from);
  }

  /** Median of the distances from the median. */
  static double medianDeviation(RangeSamples samples, int from, int to, int step) {
    double[] values = copy(samples, from, to);
    if (Arrays.stream(values).anyMatch(Double::isNaN)) {
      return Double.NaN;
    }
    double median = Quantiles.of(0.5, values, values.length);
    double[] distances = copy(samples, from, to);
    for (int i = 0; i < distances.length; i++) {
      distances[i] = Math.abs(distances[i] - median);
    }
    return Quantiles.of(0.5, distances, distances.length);
  }

  private static double[] copy(RangeSamples samples, int from, int to) {
    return Arrays.copyOfRange(samples.values(), from, to);
  }

  /** Holt's linear method: level and trend, each smoothed by a factor between 0 and 1. */
  static double doubleExponential(RangeSamples samples, int from, int to, int step) {
    double smoothing = samples.argument(0, step);
    double trendFactor = samples.argument(1, step);
    checkFactor("smoothing", smoothing);
    checkFactor("trend", trendFactor);
    if (to - from < 2) {
      return Points.NONE;
    }
    double level = samples.value(from);
    double before = 0;
    double trend = samples.value(from + 1) - samples.value(from);
    for (int i = from + 1; i < to; i++) {
      if (i > from + 1) {
        trend = trendFactor * (level - before) + (1 - trendFactor) * trend;
      }
      double next = smoothing * samples.value(i) + (1 - smoothing) * (level + trend);
      before = level;
      level = next;
    }
    return level;
  }

  private static void checkFactor(String name, double factor) {
    if (factor < 0 || factor > 1) {
      throw Evaluation.failed(
          "invalid %s factor. Expected: 0 <= sf <= 1, got: %s"
              .formatted(name, GoFormat.general(factor)));
    }
  }
}
