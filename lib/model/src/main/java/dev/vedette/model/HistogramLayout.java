package dev.vedette.model;

import java.util.Arrays;

/**
 * Which buckets a native histogram has: immutable, equal by content (doubles by their bits).
 *
 * <p>Schemas −4 to 8 have exponential buckets: bucket {@code i} of the positive side holds values
 * up to {@code 2^(i·2^−schema)}, the negative side mirrors it, and what is nearer to zero than the
 * zero threshold is in the zero bucket. Schema {@value #CUSTOM} has bounds of its own: bucket
 * {@code i} holds values up to {@code customBound(i)}, the one behind the last bound everything
 * above.
 *
 * <p>A histogram of this layout is a row of columns: count, zero count, the positive buckets, the
 * negative ones, both in the order of their indexes.
 */
public final class HistogramLayout {
  public static final int MIN_SCHEMA = -4;
  public static final int MAX_SCHEMA = 8;
  public static final int CUSTOM = -53;

  /** Column of the count; the zero count follows it. */
  public static final int COUNT = 0;

  public static final int ZERO_COUNT = 1;

  /** The first bucket's column. */
  public static final int BUCKETS = 2;

  /** No buckets but the zero bucket: what staleness markers have. */
  public static final HistogramLayout EMPTY =
      new HistogramLayout(0, 0, BucketSpans.NONE, BucketSpans.NONE, new double[0]);

  private final int schema;
  private final double zeroThreshold;
  private final BucketSpans positive;
  private final BucketSpans negative;
  private final double[] customBounds;

  private HistogramLayout(
      int schema,
      double zeroThreshold,
      BucketSpans positive,
      BucketSpans negative,
      double[] customBounds) {
    this.schema = schema;
    this.zeroThreshold = zeroThreshold;
    this.positive = positive;
    this.negative = negative;
    this.customBounds = customBounds;
  }

  /**
   * A layout of any schema.
   *
   * @param customBounds upper bounds, ascending, without the last one of +Inf; empty for
   *     exponential schemas
   * @throws InvalidRequest ({@code invalid-histogram}) with what does not fit
   */
  public static HistogramLayout of(
      int schema,
      double zeroThreshold,
      BucketSpans positive,
      BucketSpans negative,
      double... customBounds) {
    HistogramLayout layout =
        new HistogramLayout(schema, zeroThreshold, positive, negative, customBounds.clone());
    HistogramChecks.check(layout);
    return layout;
  }

  /** A layout with bounds of its own. */
  public static HistogramLayout custom(BucketSpans buckets, double... bounds) {
    return of(CUSTOM, 0, buckets, BucketSpans.NONE, bounds);
  }

  public int schema() {
    return schema;
  }

  public boolean isCustom() {
    return schema == CUSTOM;
  }

  public double zeroThreshold() {
    return zeroThreshold;
  }

  public BucketSpans positive() {
    return positive;
  }

  public BucketSpans negative() {
    return negative;
  }

  public int customBounds() {
    return customBounds.length;
  }

  public double customBound(int bucket) {
    return customBounds[bucket];
  }

  /** Columns of a histogram: count, zero count and buckets. */
  public int columns() {
    return BUCKETS + positive.buckets() + negative.buckets();
  }

  /** Buckets of both sides, the zero bucket not counted. */
  public int buckets() {
    return positive.buckets() + negative.buckets();
  }

  /** The same but for the buckets that there are. */
  public HistogramLayout withBuckets(BucketSpans positive, BucketSpans negative) {
    return new HistogramLayout(schema, zeroThreshold, positive, negative, customBounds);
  }

  /** Whether both differ in nothing but the buckets that there are. */
  public boolean isLike(HistogramLayout other) {
    return schema == other.schema
        && Double.doubleToRawLongBits(zeroThreshold)
            == Double.doubleToRawLongBits(other.zeroThreshold)
        && sameBounds(other);
  }

  private boolean sameBounds(HistogramLayout other) {
    if (customBounds.length != other.customBounds.length) {
      return false;
    }
    for (int i = 0; i < customBounds.length; i++) {
      if (Double.doubleToRawLongBits(customBounds[i])
          != Double.doubleToRawLongBits(other.customBounds[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof HistogramLayout that
            && isLike(that)
            && positive.equals(that.positive)
            && negative.equals(that.negative);
  }

  @Override
  public int hashCode() {
    int hash = schema * 31 + Double.hashCode(zeroThreshold);
    hash = (hash * 31 + positive.hashCode()) * 31 + negative.hashCode();
    return hash * 31 + Arrays.hashCode(customBounds);
  }

  @Override
  public String toString() {
    return isCustom()
        ? "custom%s of %s".formatted(positive, Arrays.toString(customBounds))
        : "schema %d positive%s negative%s zero %s"
            .formatted(schema, positive, negative, zeroThreshold);
  }
}
