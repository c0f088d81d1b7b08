package dev.vedette.promql.functions;

import static dev.vedette.model.BucketColumn.COUNT;
import static dev.vedette.model.BucketColumn.FIRST;
import static dev.vedette.model.BucketColumn.MAX;
import static dev.vedette.model.BucketColumn.MIN;
import static dev.vedette.model.BucketColumn.RESETS;
import static dev.vedette.model.BucketColumn.SUM;
import static dev.vedette.promql.exec.BucketFunction.ofWindow;

import dev.vedette.promql.exec.BucketFunction;
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
          Map.entry("count_over_time", ofWindow(Set.of(COUNT), BucketFunctions::count)),
          Map.entry("sum_over_time", ofWindow(Set.of(SUM), BucketFunctions::total)),
          Map.entry("avg_over_time", ofWindow(Set.of(COUNT, SUM), BucketFunctions::average)),
          Map.entry("min_over_time", ofWindow(Set.of(MIN), BucketFunctions::min)),
          Map.entry("max_over_time", ofWindow(Set.of(MAX), BucketFunctions::max)),
          Map.entry("present_over_time", ofWindow(Set.of(), (_, _, _, _) -> 1)),
          Map.entry(
              "first_over_time",
              ofWindow(Set.of(FIRST), (buckets, from, _, _) -> buckets.column(FIRST)[from])),
          Map.entry(
              "last_over_time", ofWindow(Set.of(), (buckets, _, to, _) -> buckets.last()[to - 1])),
          Map.entry(
              "ts_of_first_over_time",
              ofWindow(Set.of(FIRST), (buckets, from, _, _) -> buckets.firstMillis()[from] / 1e3)),
          Map.entry(
              "ts_of_last_over_time",
              ofWindow(Set.of(), (buckets, _, to, _) -> buckets.lastMillis()[to - 1] / 1e3)),
          Map.entry("rate", ofBuckets(new Rate(true, true))),
          Map.entry("increase", ofBuckets(new Rate(true, false))),
          Map.entry("delta", ofBuckets(new Rate(false, false))));

  private BucketFunctions() {}

  public static Optional<BucketFunction> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  private static BucketFunction ofBuckets(Rate rate) {
    return new BucketFunction(Set.of(COUNT, FIRST, RESETS), rate::applyToBuckets);
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

  private static double total(BucketSamples buckets, int from, int to, int step) {
    return sum(buckets, from, to).value();
  }

  private static double average(BucketSamples buckets, int from, int to, int step) {
    double count = count(buckets, from, to, step);
    KahanSum sum = sum(buckets, from, to);
    return Double.isInfinite(sum.rawSum())
        ? sum.rawSum()
        : sum.rawSum() / count + sum.lost() / count;
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
