package dev.vedette.promql.histogram;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Invariant;
import dev.vedette.promql.numbers.KahanSum;

/**
 * A histogram in the making, which arithmetic may change. Made from a {@link Histogram}, and made
 * one again by {@link #finish}.
 *
 * <p>Two drafts are reconciled before they are added: to the lower resolution of both, to the wider
 * zero bucket, to the custom bounds that both have.
 */
final class HistogramDraft {
  private int schema;
  private double zeroThreshold;
  private double[] bounds;
  private CounterReset reset;
  private final KahanSum count = new KahanSum();
  private final KahanSum zeroCount = new KahanSum();
  private final KahanSum sum = new KahanSum();
  private final BucketRow positive;
  private final BucketRow negative;

  private HistogramDraft(HistogramDraft other) {
    schema = other.schema;
    zeroThreshold = other.zeroThreshold;
    bounds = other.bounds;
    reset = other.reset;
    count.set(other.count.rawSum(), other.count.lost());
    zeroCount.set(other.zeroCount.rawSum(), other.zeroCount.lost());
    sum.set(other.sum.rawSum(), other.sum.lost());
    positive = other.positive.copy();
    negative = other.negative.copy();
  }

  private HistogramDraft(Histogram histogram) {
    HistogramLayout layout = histogram.layout();
    schema = layout.schema();
    zeroThreshold = layout.zeroThreshold();
    bounds = new double[layout.customBounds()];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = layout.customBound(i);
    }
    reset = histogram.reset();
    count.set(histogram.count(), 0);
    zeroCount.set(histogram.zeroCount(), 0);
    sum.set(histogram.sum(), 0);
    positive = BucketRow.positive(histogram);
    negative = BucketRow.negative(histogram);
  }

  static HistogramDraft of(Histogram histogram) {
    return new HistogramDraft(histogram);
  }

  HistogramDraft copy() {
    return new HistogramDraft(this);
  }

  Histogram finish() {
    HistogramLayout layout =
        HistogramLayout.of(schema, zeroThreshold, positive.spans(), negative.spans(), bounds);
    long[] columns = new long[layout.columns()];
    columns[HistogramLayout.COUNT] = Double.doubleToRawLongBits(count.value());
    columns[HistogramLayout.ZERO_COUNT] = Double.doubleToRawLongBits(zeroCount.value());
    int at = HistogramLayout.BUCKETS;
    for (double each : positive.settled()) {
      columns[at++] = Double.doubleToRawLongBits(each);
    }
    for (double each : negative.settled()) {
      columns[at++] = Double.doubleToRawLongBits(each);
    }
    return Histogram.ofColumns(
        layout, true, reset, Double.doubleToRawLongBits(sum.value()), columns);
  }

  boolean isCustom() {
    return schema == HistogramLayout.CUSTOM;
  }

  BucketRow positive() {
    return positive;
  }

  BucketRow negative() {
    return negative;
  }

  double zeroCount() {
    return zeroCount.rawSum();
  }

  void setReset(CounterReset newReset) {
    reset = newReset;
  }

  void setTotals(double newCount, double newZeroCount, double newSum) {
    count.set(newCount, 0);
    zeroCount.set(newZeroCount, 0);
    sum.set(newSum, 0);
  }

  boolean overflows() {
    return Double.isInfinite(count.rawSum())
        || Double.isInfinite(zeroCount.rawSum())
        || Double.isInfinite(sum.rawSum())
        || positive.overflows()
        || negative.overflows();
  }

  /** Takes out empty buckets. */
  HistogramDraft compact() {
    positive.compact();
    negative.compact();
    return this;
  }

  /** All counts and the sum times a factor; where it is negative, this is no counter any more. */
  HistogramDraft multiply(double factor) {
    scale(count, factor);
    scale(zeroCount, factor);
    scale(sum, factor);
    positive.multiply(factor);
    negative.multiply(factor);
    if (factor < 0) {
      reset = CounterReset.GAUGE;
    }
    return this;
  }

  private static void scale(KahanSum value, double factor) {
    value.set(value.rawSum() * factor, value.lost() * factor);
  }

  /** The same by division; buckets divided by zero are no buckets any more. */
  HistogramDraft divide(double divisor) {
    divide(count, divisor);
    divide(zeroCount, divisor);
    divide(sum, divisor);
    positive.divide(divisor);
    negative.divide(divisor);
    if (divisor == 0) {
      positive.clear();
      negative.clear();
    }
    if (divisor < 0) {
      reset = CounterReset.GAUGE;
    }
    return this;
  }

  private static void divide(KahanSum value, double divisor) {
    value.set(value.rawSum() / divisor, value.lost() / divisor);
  }

  /** Adds another, times 1 or -1. Changes both. What was reconciled before may be done so again. */
  Reconciled add(HistogramDraft other, double factor) {
    Reconciled reconciled = reconcile(other);
    add(count, other.count, factor);
    add(zeroCount, other.zeroCount, factor);
    add(sum, other.sum, factor);
    positive.add(other.positive, factor);
    negative.add(other.negative, factor);
    return reconciled;
  }

  private static void add(KahanSum to, KahanSum value, double factor) {
    to.add(factor * value.rawSum());
    to.set(to.rawSum(), to.lost() + factor * value.lost());
  }

  /**
   * What two histograms had in common only after something was given up.
   *
   * @param resets whether one says that the counter was reset and the other that it was not
   * @param bounds whether custom bounds were dropped
   */
  record Reconciled(boolean resets, boolean bounds) {}

  private Reconciled reconcile(HistogramDraft other) {
    Invariant.check(isCustom() == other.isCustom(), "BUG: custom and exponential buckets added");
    boolean resets = reconcileResets(other);
    if (isCustom()) {
      return new Reconciled(resets, reconcileBounds(other));
    }
    reconcileZeroBuckets(other);
    int common = Math.min(schema, other.schema);
    reduceTo(common);
    other.reduceTo(common);
    return new Reconciled(resets, false);
  }

  /** A gauge stays one, what is unknown stays unknown; a contradiction is unknown from now on. */
  private boolean reconcileResets(HistogramDraft other) {
    CounterReset theirs = other.reset;
    if (reset == theirs || reset == CounterReset.GAUGE) {
      return false;
    }
    if (theirs == CounterReset.GAUGE) {
      reset = CounterReset.GAUGE;
      return false;
    }
    boolean contradiction = reset != CounterReset.UNKNOWN && theirs != CounterReset.UNKNOWN;
    reset = CounterReset.UNKNOWN;
    return contradiction;
  }

  /** To the bounds that both have. */
  boolean reconcileBounds(HistogramDraft other) {
    if (CustomBounds.areEqual(bounds, other.bounds)) {
      return false;
    }
    double[] common = CustomBounds.common(bounds, other.bounds);
    rebound(common);
    other.rebound(common);
    return true;
  }

  private void rebound(double[] common) {
    double[] before = bounds;
    positive.renumber(index -> CustomBounds.bucketOf(before, index, common));
    bounds = common;
  }

  /** To a lower resolution, or as it is. */
  HistogramDraft reduceTo(int target) {
    Invariant.check(target <= schema, "BUG: schema %d to %d", schema, target);
    if (target < schema) {
      int schemas = schema - target;
      positive.renumber(index -> ExponentialBounds.coarser(index, schemas));
      negative.renumber(index -> ExponentialBounds.coarser(index, schemas));
      schema = target;
    }
    return this;
  }

  int schema() {
    return schema;
  }

  /** Until both have the same; a bucket that would be cut is taken in whole. */
  private void reconcileZeroBuckets(HistogramDraft other) {
    while (zeroThreshold != other.zeroThreshold) {
      if (zeroThreshold < other.zeroThreshold) {
        widenZeroBucket(other.zeroThreshold);
      } else {
        other.widenZeroBucket(zeroThreshold);
      }
    }
  }

  /** Widens the zero bucket to a threshold, or beyond it to the end of a bucket that has counts. */
  void widenZeroBucket(double threshold) {
    double wanted = threshold;
    double reached = wanted;
    do {
      wanted = reached;
      reached = beyond(positive, wanted);
      reached = beyond(negative, reached);
    } while (reached > wanted);
    zeroThreshold = reached;
    drawIn(positive);
    drawIn(negative);
  }

  /** The threshold, or the upper bound of the bucket with counts that it would cut. */
  private double beyond(BucketRow row, double threshold) {
    for (int i = 0; i < row.size(); i++) {
      double upper = ExponentialBounds.upper(row.index(i), schema);
      if (upper > threshold) {
        double lower = ExponentialBounds.upper(row.index(i) - 1, schema);
        return lower < threshold && row.count(i) != 0 ? upper : threshold;
      }
    }
    return threshold;
  }

  /** Adds the buckets below the threshold to the zero bucket. */
  private void drawIn(BucketRow row) {
    int inside = 0;
    while (inside < row.size()
        && ExponentialBounds.upper(row.index(inside) - 1, schema) < zeroThreshold) {
      zeroCount.add(row.count(inside));
      inside++;
    }
    row.dropFirst(inside);
  }

  double zeroThreshold() {
    return zeroThreshold;
  }
}
