package dev.vedette.model;

import java.util.Arrays;

/**
 * One sample of a native histogram: immutable, equal by content, all doubles by their bits.
 *
 * <p>Counts are absolute, not the differences some wire forms have, and either all integers
 * (observed) or all floats (computed). They are the columns of {@link HistogramLayout}; {@link
 * #column} gives one as storage keeps it, the number of an integer histogram, the IEEE 754 bits of
 * a float one.
 */
public final class Histogram {
  /** "This series ended", for a series of histograms. */
  public static final Histogram STALE =
      new Histogram(
          HistogramLayout.EMPTY,
          false,
          CounterReset.UNKNOWN,
          SpecialValues.STALE_BITS,
          new long[HistogramLayout.BUCKETS]);

  private final HistogramLayout layout;
  private final boolean isFloat;
  private final CounterReset reset;
  private final long sumBits;
  private final long[] columns;

  private Histogram(
      HistogramLayout layout, boolean isFloat, CounterReset reset, long sumBits, long[] columns) {
    this.layout = layout;
    this.isFloat = isFloat;
    this.reset = reset;
    this.sumBits = sumBits;
    this.columns = columns;
  }

  /**
   * A histogram of observed counts.
   *
   * @throws InvalidRequest ({@code invalid-histogram}) where counts are negative, do not fit the
   *     layout, or do not add up
   */
  public static Histogram ofIntegers(
      HistogramLayout layout,
      CounterReset reset,
      long count,
      long zeroCount,
      double sum,
      long[] positive,
      long[] negative) {
    HistogramChecks.checkSizes(layout, positive.length, negative.length);
    long[] columns = new long[layout.columns()];
    columns[HistogramLayout.COUNT] = count;
    columns[HistogramLayout.ZERO_COUNT] = zeroCount;
    System.arraycopy(positive, 0, columns, HistogramLayout.BUCKETS, positive.length);
    System.arraycopy(
        negative, 0, columns, HistogramLayout.BUCKETS + positive.length, negative.length);
    HistogramChecks.checkIntegers(layout, columns, sum);
    return new Histogram(layout, false, reset, Double.doubleToRawLongBits(sum), columns);
  }

  /**
   * A histogram of computed counts.
   *
   * @throws InvalidRequest ({@code invalid-histogram}) where counts are negative or do not fit the
   *     layout
   */
  public static Histogram ofFloats(
      HistogramLayout layout,
      CounterReset reset,
      double count,
      double zeroCount,
      double sum,
      double[] positive,
      double[] negative) {
    HistogramChecks.checkSizes(layout, positive.length, negative.length);
    long[] columns = new long[layout.columns()];
    columns[HistogramLayout.COUNT] = Double.doubleToRawLongBits(count);
    columns[HistogramLayout.ZERO_COUNT] = Double.doubleToRawLongBits(zeroCount);
    int at = HistogramLayout.BUCKETS;
    for (double bucket : positive) {
      columns[at++] = Double.doubleToRawLongBits(bucket);
    }
    for (double bucket : negative) {
      columns[at++] = Double.doubleToRawLongBits(bucket);
    }
    HistogramChecks.checkFloats(layout, columns);
    return new Histogram(layout, true, reset, Double.doubleToRawLongBits(sum), columns);
  }

  /**
   * A histogram from columns that were taken from one of this layout; counts are not checked again.
   *
   * @param columns as {@link #column} gives them; becomes part of the histogram
   */
  public static Histogram ofColumns(
      HistogramLayout layout, boolean isFloat, CounterReset reset, long sumBits, long[] columns) {
    Invariant.check(
        columns.length == layout.columns(),
        "BUG: %d columns for a layout of %d",
        columns.length,
        layout.columns());
    return new Histogram(layout, isFloat, reset, sumBits, columns);
  }

  /**
   * The same after {@link #ofColumns}, with its counts checked; {@link InvalidRequest} where they
   * do not fit together.
   */
  public Histogram checked() {
    if (isFloat) {
      HistogramChecks.checkFloats(layout, columns);
    } else {
      HistogramChecks.checkIntegers(layout, columns, sum());
    }
    return this;
  }

  /** The same with another hint. */
  public Histogram withReset(CounterReset other) {
    return other == reset ? this : new Histogram(layout, isFloat, other, sumBits, columns);
  }

  public HistogramLayout layout() {
    return layout;
  }

  /** Whether the counts are floats. */
  public boolean isFloat() {
    return isFloat;
  }

  public CounterReset reset() {
    return reset;
  }

  /** Whether it says that the series ended. */
  public boolean isStale() {
    return sumBits == SpecialValues.STALE_BITS;
  }

  public double sum() {
    return Double.longBitsToDouble(sumBits);
  }

  public long sumBits() {
    return sumBits;
  }

  public double count() {
    return value(HistogramLayout.COUNT);
  }

  public double zeroCount() {
    return value(HistogramLayout.ZERO_COUNT);
  }

  /** Count of the positive side's {@code bucket}-th bucket in the order of their indexes. */
  public double positive(int bucket) {
    return value(HistogramLayout.BUCKETS + bucket);
  }

  /** Count of the negative side's {@code bucket}-th bucket in the order of their indexes. */
  public double negative(int bucket) {
    return value(HistogramLayout.BUCKETS + layout.positive().buckets() + bucket);
  }

  double value(int column) {
    return isFloat ? Double.longBitsToDouble(columns[column]) : (double) columns[column];
  }

  /** A column of the layout: the number of an integer histogram, the bits of a float one. */
  public long column(int column) {
    return columns[column];
  }

  /** Copies all columns; the target has room for as many as the layout has. */
  public void copyColumns(long[] target, int at) {
    System.arraycopy(columns, 0, target, at, columns.length);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof Histogram that
            && isFloat == that.isFloat
            && reset == that.reset
            && sumBits == that.sumBits
            && Arrays.equals(columns, that.columns)
            && layout.equals(that.layout);
  }

  /** Whether columns of both mean the same: equal layouts, and counts of one kind. */
  public boolean hasColumnsOf(Histogram other) {
    return isFloat == other.isFloat && layout.equals(other.layout);
  }

  /** Whether both say the same but for the hint. */
  public boolean hasContentOf(Histogram other) {
    return equals(other.withReset(reset));
  }

  /**
   * Tells contents apart, the hint aside, in a run of the program and in all others: 64-bit FNV-1a
   * of {@link HistogramBytes} without a hint. Costs an encoding.
   */
  public long fingerprint() {
    Histogram plain = withReset(CounterReset.UNKNOWN);
    byte[] bytes = new byte[HistogramBytes.maxSize(plain)];
    int end = HistogramBytes.encode(plain, bytes, 0);
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < end; i++) {
      hash = (hash ^ (bytes[i] & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  @Override
  public int hashCode() {
    return (Arrays.hashCode(columns) * 31 + Long.hashCode(sumBits)) * 31 + layout.hashCode();
  }

  @Override
  public String toString() {
    if (isStale()) {
      return "stale histogram";
    }
    StringBuilder text = new StringBuilder();
    text.append("{count ").append(text(HistogramLayout.COUNT)).append(", sum ").append(sum());
    text.append(", zero ").append(text(HistogramLayout.ZERO_COUNT)).append(", buckets [");
    for (int i = HistogramLayout.BUCKETS; i < columns.length; i++) {
      text.append(i == HistogramLayout.BUCKETS ? "" : " ").append(text(i));
    }
    return text.append("], ")
        .append(layout)
        .append(", reset ")
        .append(reset)
        .append('}')
        .toString();
  }

  private String text(int column) {
    return isFloat ? Double.toString(value(column)) : Long.toString(columns[column]);
  }
}
