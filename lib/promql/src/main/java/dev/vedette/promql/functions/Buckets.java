package dev.vedette.promql.functions;

import java.util.Arrays;

/**
 * Cumulative buckets of one classic histogram at one time: upper bounds ascending, the last +Inf.
 */
final class Buckets {
  // Differences this small come from rounding of rates, not from counts that went down.
  private static final double TOLERANCE = 1e-12;

  private final double[] bounds;
  private final double[] counts;
  private int size;
  private boolean forced;

  Buckets(int capacity) {
    bounds = new double[capacity];
    counts = new double[capacity];
  }

  /** Adds the next bucket; equal bounds are added up. */
  void add(double bound, double count) {
    if (size > 0 && bounds[size - 1] == bound) {
      counts[size - 1] += count;
      return;
    }
    bounds[size] = bound;
    counts[size++] = count;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Whether a count had to be raised that was lower than the one before it. */
  boolean wasForced() {
    return forced;
  }

  private void makeMonotonic() {
    double before = counts[0];
    for (int i = 1; i < size; i++) {
      double count = counts[i];
      if (count == before) {
        continue;
      }
      if (almostEqual(before, count)) {
        counts[i] = before;
      } else if (count < before) {
        counts[i] = before;
        forced = true;
      } else {
        before = count;
      }
    }
  }

  private static boolean almostEqual(double a, double b) {
    double sum = Math.abs(a) + Math.abs(b);
    double difference = Math.abs(a - b);
    if (a == 0 || b == 0 || sum < Double.MIN_NORMAL) {
      return difference < TOLERANCE * Double.MIN_NORMAL;
    }
    return difference / Math.min(sum, Double.MAX_VALUE) < TOLERANCE;
  }

  private boolean isComplete() {
    return size > 0 && bounds[size - 1] == Double.POSITIVE_INFINITY;
  }

  /** The q-quantile, within a bucket by linear interpolation. */
  double quantile(double q) {
    if (Double.isNaN(q)) {
      return Double.NaN;
    }
    if (q < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (q > 1) {
      return Double.POSITIVE_INFINITY;
    }
    if (!isComplete()) {
      return Double.NaN;
    }
    makeMonotonic();
    double total = counts[size - 1];
    if (size < 2 || total == 0 || Double.isNaN(total)) {
      return Double.NaN;
    }
    double rank = q * total;
    int bucket = 0;
    while (bucket < size - 1 && !(counts[bucket] >= rank)) {
      bucket++;
    }
    if (bucket == size - 1) {
      return bounds[size - 2];
    }
    if (bucket == 0 && bounds[0] <= 0) {
      return bounds[0];
    }
    double start = bucket == 0 ? 0 : bounds[bucket - 1];
    double below = bucket == 0 ? 0 : counts[bucket - 1];
    return start + (bounds[bucket] - start) * ((rank - below) / (counts[bucket] - below));
  }

  /** The part of all observations between two values. */
  double fraction(double lower, double upper) {
    if (!isComplete()) {
      return Double.NaN;
    }
    makeMonotonic();
    double total = counts[size - 1];
    if (total == 0 || Double.isNaN(total) || Double.isNaN(lower) || Double.isNaN(upper)) {
      return Double.NaN;
    }
    if (lower >= upper) {
      return 0;
    }
    // Nothing is known of where a first bucket below zero begins: no part of it counts.
    boolean open = bounds[0] <= 0;
    double from =
        open && lower > Double.NEGATIVE_INFINITY && lower < bounds[0] ? counts[0] : below(lower);
    double to = below(upper);
    return Math.max(0, to - from) / total;
  }

  /** Observations below a value. */
  private double below(double value) {
    double total = counts[size - 1];
    if (value == Double.POSITIVE_INFINITY) {
      return total;
    }
    int bucket = 0;
    while (bounds[bucket] < value) {
      bucket++;
    }
    double before = bucket == 0 ? 0 : counts[bucket - 1];
    if (bounds[bucket] == value) {
      return counts[bucket];
    }
    if (bucket == size - 1) {
      return before;
    }
    double start = bucket > 0 ? bounds[bucket - 1] : Math.min(0, bounds[0]);
    if (bucket == 0 && bounds[0] <= 0) {
      return 0;
    }
    if (value <= start) {
      return before;
    }
    return before + (counts[bucket] - before) * ((value - start) / (bounds[bucket] - start));
  }

  @Override
  public String toString() {
    return Arrays.toString(Arrays.copyOf(bounds, size))
        + Arrays.toString(Arrays.copyOf(counts, size));
  }
}
