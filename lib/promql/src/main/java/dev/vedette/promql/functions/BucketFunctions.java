package dev.vedette.promql.functions;

import static dev.vedette.model.BucketColumn.COUNT;
import static dev.vedette.model.BucketColumn.FIRST;
import static dev.vedette.model.BucketColumn.MAX;
import static dev.vedette.model.BucketColumn.MIN;
import static dev.vedette.model.BucketColumn.RESETS;
import static dev.vedette.model.BucketColumn.SUM;
import static dev.vedette.promql.exec.BucketFunction.ofWindow;

import dev.vedette.model.BucketColumn;
import dev.vedette.promql.exec.BucketFunction;
import dev.vedette.promql.exec.BucketFunction.OfMixed;
import dev.vedette.promql.exec.BucketFunction.OfSeries;
import dev.vedette.promql.exec.BucketSamples;
import dev.vedette.promql.numbers.KahanSum;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Functions of range vectors that buckets of a tier can say, by name. Where windows begin and end
 * with buckets the results are those of the samples: bit for bit but for sums and averages, whose
 * last digits may differ since the order of the additions does, and which may overflow elsewhere,
 * and for increases over a bucket in which a counter of fractions was reset more than once.
 */
public final class BucketFunctions {
  private static final Map<String, BucketFunction> BY_NAME =
      Map.ofEntries(
          entry(
              "count_over_time",
              Set.of(COUNT),
              ofWindow(BucketFunctions::count),
              MixedBucketFunctions.ofAny(MixedBucketFunctions::count)),
          entry(
              "sum_over_time",
              Set.of(COUNT, SUM),
              ofWindow(BucketFunctions::total),
              MixedBucketFunctions::sum),
          Map.entry(
              "avg_over_time",
              new BucketFunction(
                  Set.of(COUNT, SUM),
                  ofWindow(BucketFunctions::average),
                  MixedBucketFunctions::average,
                  true)),
          ofFloats("min_over_time", Set.of(MIN), ofWindow(BucketFunctions::min)),
          ofFloats("max_over_time", Set.of(MAX), ofWindow(BucketFunctions::max)),
          entry(
              "present_over_time",
              Set.of(),
              ofWindow((_, _, _, _) -> 1),
              MixedBucketFunctions.ofAny((_, _, _) -> 1)),
          entry(
              "first_over_time",
              Set.of(FIRST),
              ofWindow((buckets, from, _, _) -> buckets.column(FIRST)[from]),
              MixedBucketFunctions.sample(true)),
          entry(
              "last_over_time",
              Set.of(),
              ofWindow((buckets, _, to, _) -> buckets.last()[to - 1]),
              MixedBucketFunctions.sample(false)),
          entry(
              "ts_of_first_over_time",
              Set.of(FIRST),
              ofWindow((buckets, from, _, _) -> buckets.firstMillis()[from] / 1e3),
              MixedBucketFunctions.ofAny((buckets, from, _) -> buckets.firstMillis(from) / 1e3)),
          entry(
              "ts_of_last_over_time",
              Set.of(),
              ofWindow((buckets, _, to, _) -> buckets.lastMillis()[to - 1] / 1e3),
              MixedBucketFunctions.ofAny((buckets, _, to) -> buckets.lastMillis(to - 1) / 1e3)),
          rate("rate", true, true, false),
          rate("increase", true, false, false),
          rate("delta", false, false, false));

  private static final Map<String, BucketFunction> BY_TYPE =
      Map.ofEntries(rate("rate", true, true, true), rate("increase", true, false, true));

  private BucketFunctions() {}

  /**
   * The function of a name, if buckets can answer it.
   *
   * @param byType whether counters are known by the label of their type
   */
  public static Optional<BucketFunction> find(String name, boolean byType) {
    BucketFunction typed = byType ? BY_TYPE.get(name) : null;
    return Optional.ofNullable(typed == null ? BY_NAME.get(name) : typed);
  }

  private static Map.Entry<String, BucketFunction> entry(
      String name, Set<BucketColumn> columns, OfSeries ofSeries, OfMixed ofMixed) {
    return Map.entry(name, new BucketFunction(columns, ofSeries, ofMixed, false));
  }

  private static Map.Entry<String, BucketFunction> ofFloats(
      String name, Set<BucketColumn> columns, OfSeries ofSeries) {
    return entry(name, columns, ofSeries, MixedBucketFunctions.ofFloats(ofSeries));
  }

  private static Map.Entry<String, BucketFunction> rate(
      String name, boolean counter, boolean perSecond, boolean byType) {
    Rate floats = new Rate(counter, perSecond, byType);
    return entry(
        name,
        Set.of(COUNT, FIRST, RESETS),
        floats::applyToBuckets,
        MixedBucketFunctions.rate(
            floats::applyToBuckets, new HistogramRate(counter, perSecond), counter));
  }

  private static double count(BucketSamples buckets, int from, int to, int step) {
    double[] counts = buckets.column(COUNT);
    double count = 0;
    for (int i = from; i < to; i++) {
      count += counts[i];
    }
    return count;
  }

  private static KahanSum sum(BucketSamples buckets, int from, int to) {
    double[] sums = buckets.column(SUM);
    KahanSum sum = new KahanSum();
    for (int i = from; i < to; i++) {
      sum.add(sums[i]);
    }
    return sum;
  }

  static double total(BucketSamples buckets, int from, int to, int step) {
    return sum(buckets, from, to).value();
  }

  static double average(BucketSamples buckets, int from, int to, int step) {
    double count = count(buckets, from, to, step);
    KahanSum sum = sum(buckets, from, to);
    return Double.isInfinite(sum.rawSum())
        ? averageOfHuge(buckets, from, to, count)
        : sum.rawSum() / count + sum.lost() / count;
  }

  /** The mean may be in range where the sum is not. */
  private static double averageOfHuge(BucketSamples buckets, int from, int to, double count) {
    double[] sums = buckets.column(SUM);
    KahanSum mean = new KahanSum();
    for (int i = from; i < to; i++) {
      mean.add(sums[i] / count);
    }
    return mean.value();
  }

  private static double min(BucketSamples buckets, int from, int to, int step) {
    double[] values = buckets.column(MIN);
    double best = values[from];
    for (int i = from + 1; i < to; i++) {
      if (values[i] < best || Double.isNaN(best)) {
        best = values[i];
      }
    }
    return best;
  }

  private static double max(BucketSamples buckets, int from, int to, int step) {
    double[] values = buckets.column(MAX);
    double best = values[from];
    for (int i = from + 1; i < to; i++) {
      if (values[i] > best || Double.isNaN(best)) {
        best = values[i];
      }
    }
    return best;
  }
}
