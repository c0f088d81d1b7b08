package dev.vedette.testkit.oracle;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A native histogram as a table of counts, and what may be done with one, each by its definition.
 * Buckets that are empty are not in the table.
 *
 * @param bounds upper bounds of custom buckets; empty for exponential ones
 * @param reset what its sender said of resets
 */
public record OracleHistogram(
    int schema,
    double threshold,
    double count,
    double sum,
    double zero,
    NavigableMap<Integer, Double> positive,
    NavigableMap<Integer, Double> negative,
    List<Double> bounds,
    CounterReset reset) {

  /** A bucket: {@code (lower, upper]}, mirrored where it is negative. */
  record Bucket(double lower, double upper, double count) {
    boolean hasZero() {
      return lower <= 0 && upper >= 0;
    }
  }

  public static OracleHistogram of(Histogram histogram) {
    HistogramLayout layout = histogram.layout();
    NavigableMap<Integer, Double> positive = new TreeMap<>();
    int[] above = layout.positive().indexes();
    for (int i = 0; i < above.length; i++) {
      put(positive, above[i], histogram.positive(i));
    }
    NavigableMap<Integer, Double> negative = new TreeMap<>();
    int[] below = layout.negative().indexes();
    for (int i = 0; i < below.length; i++) {
      put(negative, below[i], histogram.negative(i));
    }
    List<Double> bounds = new ArrayList<>();
    for (int i = 0; i < layout.customBounds(); i++) {
      bounds.add(layout.customBound(i));
    }
    return new OracleHistogram(
        layout.schema(),
        layout.zeroThreshold(),
        histogram.count(),
        histogram.sum(),
        histogram.zeroCount(),
        positive,
        negative,
        bounds,
        histogram.reset());
  }

  private static void put(Map<Integer, Double> buckets, int index, double count) {
    if (count != 0) {
      buckets.merge(index, count, Double::sum);
    }
  }

  private boolean isCustom() {
    return !bounds.isEmpty();
  }

  private double upper(int index) {
    return Math.pow(2, index * Math.pow(2, -schema));
  }

  /** All buckets from the lowest to the highest. */
  List<Bucket> buckets() {
    List<Bucket> all = new ArrayList<>();
    if (isCustom()) {
      positive.forEach(
          (index, many) ->
              all.add(
                  new Bucket(
                      index == 0 ? Double.NEGATIVE_INFINITY : bounds.get(index - 1),
                      index == bounds.size() ? Double.POSITIVE_INFINITY : bounds.get(index),
                      many)));
      return all;
    }
    negative
        .descendingMap()
        .forEach((index, many) -> all.add(new Bucket(-upper(index), -upper(index - 1), many)));
    if (zero != 0) {
      all.add(new Bucket(-threshold, threshold, zero));
    }
    positive.forEach((index, many) -> all.add(new Bucket(upper(index - 1), upper(index), many)));
    return all;
  }

  /** At a lower resolution, each bucket the union of some. */
  OracleHistogram reduced(int to) {
    return to == schema || isCustom()
        ? this
        : new OracleHistogram(
            to,
            threshold,
            count,
            sum,
            zero,
            reduced(positive, schema - to),
            reduced(negative, schema - to),
            bounds,
            reset);
  }

  private static NavigableMap<Integer, Double> reduced(Map<Integer, Double> buckets, int by) {
    NavigableMap<Integer, Double> fewer = new TreeMap<>();
    buckets.forEach((index, many) -> put(fewer, Math.ceilDiv(index, 1 << by), many));
    return fewer;
  }

  /** With a zero bucket at least so wide; it takes all buckets that it meets. */
  OracleHistogram widened(double to) {
    double wide = Math.max(to, threshold);
    double inside = zero;
    NavigableMap<Integer, Double> above = new TreeMap<>(positive);
    NavigableMap<Integer, Double> below = new TreeMap<>(negative);
    for (NavigableMap<Integer, Double> side : List.of(above, below)) {
      while (!side.isEmpty() && upper(side.firstKey() - 1) < wide) {
        wide = Math.max(wide, upper(side.firstKey()));
        inside += side.pollFirstEntry().getValue();
      }
    }
    OracleHistogram wider =
        new OracleHistogram(schema, wide, count, sum, inside, above, below, bounds, reset);
    return wide == Math.max(to, threshold) ? wider : wider.widened(wide);
  }

  /** Null where buckets are of different kinds. */
  @Nullable OracleHistogram plus(OracleHistogram other) {
    return with(other, Double::sum);
  }

  /** Null where buckets are of different kinds. */
  @Nullable OracleHistogram minus(OracleHistogram other) {
    return with(other, (a, b) -> a - b);
  }

  private @Nullable OracleHistogram with(OracleHistogram other, BinaryOperator<Double> each) {
    if (!bounds.equals(other.bounds)) {
      return null;
    }
    int schemaOfBoth = Math.min(schema, other.schema);
    OracleHistogram left = reduced(schemaOfBoth);
    OracleHistogram right = other.reduced(schemaOfBoth);
    while (!isCustom() && left.threshold != right.threshold) {
      left = left.widened(right.threshold);
      right = right.widened(left.threshold);
    }
    return new OracleHistogram(
        schemaOfBoth,
        left.threshold,
        each.apply(left.count, right.count),
        each.apply(left.sum, right.sum),
        each.apply(left.zero, right.zero),
        both(left.positive, right.positive, each),
        both(left.negative, right.negative, each),
        bounds,
        CounterReset.GAUGE);
  }

  private static NavigableMap<Integer, Double> both(
      Map<Integer, Double> left, Map<Integer, Double> right, BinaryOperator<Double> each) {
    NavigableMap<Integer, Double> result = new TreeMap<>();
    left.forEach(
        (index, many) -> put(result, index, each.apply(many, right.getOrDefault(index, 0.0))));
    right.forEach(
        (index, many) -> {
          if (!left.containsKey(index)) {
            put(result, index, each.apply(0.0, many));
          }
        });
    return result;
  }

  OracleHistogram times(double factor) {
    NavigableMap<Integer, Double> above = new TreeMap<>();
    positive.forEach((index, many) -> put(above, index, many * factor));
    NavigableMap<Integer, Double> below = new TreeMap<>();
    negative.forEach((index, many) -> put(below, index, many * factor));
    return new OracleHistogram(
        schema,
        threshold,
        count * factor,
        sum * factor,
        zero * factor,
        above,
        below,
        bounds,
        CounterReset.GAUGE);
  }

  /** Whether a counter cannot have got here from there. */
  boolean isResetAfter(OracleHistogram before) {
    if (reset == CounterReset.YES || reset == CounterReset.NO) {
      return reset == CounterReset.YES;
    }
    if (count < before.count || !bounds.equals(before.bounds)) {
      return true;
    }
    if (isCustom()) {
      return anyLess(positive, before.positive);
    }
    OracleHistogram then = before.widened(threshold);
    // A finer resolution or a narrower zero bucket is another histogram; so is a zero bucket that
    // ends within what was a bucket.
    if (schema > before.schema || threshold < before.threshold || then.threshold != threshold) {
      return true;
    }
    then = then.reduced(schema);
    return zero < then.zero || anyLess(positive, then.positive) || anyLess(negative, then.negative);
  }

  private static boolean anyLess(Map<Integer, Double> now, Map<Integer, Double> then) {
    return then.entrySet().stream()
        .anyMatch(bucket -> now.getOrDefault(bucket.getKey(), 0.0) < bucket.getValue());
  }

  /** Whether all counts are the same, whatever is said of resets. */
  boolean hasCountsOf(OracleHistogram other) {
    return schema == other.schema
        && threshold == other.threshold
        && count == other.count
        && sum == other.sum
        && zero == other.zero
        && positive.equals(other.positive)
        && negative.equals(other.negative)
        && bounds.equals(other.bounds);
  }

  /** The value that a part of all observations does not exceed. */
  double quantile(double q) {
    if (count == 0) {
      return Double.NaN;
    }
    // From the nearer end, where sums of counts have lost least.
    boolean fromBelow = q < 0.5;
    List<Bucket> order = new ArrayList<>(buckets());
    if (!fromBelow) {
      Collections.reverse(order);
    }
    double rank = fromBelow ? q * count : (1 - q) * count;
    double passed = 0;
    Bucket bucket = order.getLast();
    double inside = bucket.count;
    for (Bucket each : order) {
      if (passed + each.count >= rank) {
        bucket = each;
        inside = rank - passed;
        break;
      }
      passed += each.count;
    }
    return at(bucket, (fromBelow ? inside : bucket.count - inside) / bucket.count);
  }

  /** The place within a bucket that has so much of it below. */
  private double at(Bucket bucket, double part) {
    if (isCustom()) {
      if (bucket.upper == Double.POSITIVE_INFINITY) {
        return bucket.lower;
      }
      double lower = bucket.lower == Double.NEGATIVE_INFINITY ? 0 : bucket.lower;
      return lower + (bucket.upper - lower) * part;
    }
    if (bucket.hasZero()) {
      Bucket own = ofOneSide(bucket);
      return own.lower + (own.upper - own.lower) * part;
    }
    return bucket.lower * Math.pow(bucket.upper / bucket.lower, part);
  }

  /** What is near zero is on the side where the rest is, if that is on one side. */
  private Bucket ofOneSide(Bucket bucket) {
    if (negative.isEmpty() && !positive.isEmpty()) {
      return new Bucket(0, bucket.upper, bucket.count);
    }
    return positive.isEmpty() && !negative.isEmpty()
        ? new Bucket(bucket.lower, 0, bucket.count)
        : bucket;
  }

  /** The part of the observations between two values; of custom buckets these have to be bounds. */
  double fraction(double from, double to) {
    if (count == 0) {
      return Double.NaN;
    }
    return from >= to ? 0 : (below(to) - below(from)) / count;
  }

  private double below(double value) {
    double many = 0;
    for (Bucket each : buckets()) {
      Bucket bucket = !isCustom() && each.hasZero() ? ofOneSide(each) : each;
      if (bucket.upper <= value) {
        many += bucket.count;
      } else if (bucket.lower < value) {
        double part =
            bucket.hasZero()
                ? (value - bucket.lower) / (bucket.upper - bucket.lower)
                : Math.log(value / bucket.lower) / Math.log(bucket.upper / bucket.lower);
        many += bucket.count * part;
      }
    }
    return many;
  }

  /** Of observations in the geometric middle of their buckets; of exponential ones. */
  double variance() {
    double mean = sum / count;
    double squares = 0;
    for (Bucket bucket : buckets()) {
      double middle =
          bucket.hasZero() ? 0 : Math.signum(bucket.upper) * Math.sqrt(bucket.lower * bucket.upper);
      squares += bucket.count * (middle - mean) * (middle - mean);
    }
    return squares / count;
  }
}
