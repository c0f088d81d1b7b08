package dev.vedette.promql.exec;

import dev.vedette.model.partial.ExactColumns;
import dev.vedette.model.partial.PartialState;
import dev.vedette.promql.exec.Accumulators.Counts;
import dev.vedette.promql.exec.Accumulators.FloatAccumulator;
import dev.vedette.promql.numbers.BigSum;
import dev.vedette.promql.numbers.ExactSum;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Population variance, or its root: of n points {@code (n × sum of squares - square of sum) / n²},
 * the numerator without any error but its rounding. No number where any point is none or infinite.
 *
 * <p>Squares of numbers that are neither huge nor tiny are two doubles each. Others are scaled by a
 * power of two before, and summed up apart: {@link ExactColumns} says which.
 */
final class Variance implements FloatAccumulator {
  // From here on squares, and products of their sums with counts, are beyond the largest double.
  private static final double LARGE = 0x1p480;
  // Below it the lowest bits of squares are lost.
  private static final double SMALL = 0x1p-480;
  private static final int POWER = ExactColumns.POWER;
  // Of those that take microseconds each.
  private static final int STEPS_BETWEEN_CHECKS = 256;

  private final ExactSums sums;
  private final ExactSums squares;
  private final Counts counts;
  private final double[] square;
  private final double[] lost;
  private final boolean root;
  private final ExactSums.Bounds bounds;
  private int ofAnySize;
  private @Nullable ExactSums largeSquares;
  private @Nullable ExactSums smallSquares;

  Variance(int steps, ExactSums.Bounds bounds, boolean root) {
    this.sums = new ExactSums(steps, bounds);
    this.squares = new ExactSums(steps, bounds);
    this.counts = new Counts(steps);
    this.square = new double[steps];
    this.lost = new double[steps];
    this.root = root;
    this.bounds = bounds;
  }

  @Override
  public void add(double[] column) {
    boolean ordinary = true;
    for (int i = 0; i < square.length; i++) {
      double value = column[i];
      double size = Math.abs(value);
      if (size >= SMALL && size < LARGE || value == 0) {
        square[i] = value * value;
        lost[i] = Math.fma(value, value, -square[i]);
      } else {
        square[i] = Points.isPresent(value) ? 0 : Points.NONE;
        lost[i] = Points.NONE;
        ordinary &= Points.isNone(value);
      }
    }
    sums.add(column);
    squares.add(square);
    squares.add(lost);
    counts.add(column);
    if (!ordinary) {
      addSquares(column, true);
      addSquares(column, false);
    }
  }

  /** Adds squares of huge numbers or of tiny ones. */
  private void addSquares(double[] column, boolean large) {
    boolean any = false;
    for (int i = 0; i < square.length; i++) {
      double size = Math.abs(column[i]);
      boolean wanted = large ? size >= LARGE && Double.isFinite(size) : size < SMALL && size > 0;
      double scaled = Math.scalb(size, large ? -POWER / 2 : POWER / 2);
      square[i] = wanted ? scaled * scaled : Points.NONE;
      lost[i] = wanted ? Math.fma(scaled, scaled, -square[i]) : Points.NONE;
      any |= wanted;
    }
    if (any) {
      ExactSums all = large ? largeSquares() : smallSquares();
      all.add(square);
      all.add(lost);
    }
  }

  private ExactSums largeSquares() {
    ExactSums all = largeSquares;
    if (all == null) {
      all = more();
      largeSquares = all;
    }
    return all;
  }

  private ExactSums smallSquares() {
    ExactSums all = smallSquares;
    if (all == null) {
      all = more();
      smallSquares = all;
    }
    return all;
  }

  private ExactSums more() {
    bounds.hold((long) Double.BYTES * (ExactSums.COLUMNS + 2) * square.length);
    return new ExactSums(square.length, bounds);
  }

  @Override
  public void add(PartialState part) {
    sums.add(part.values());
    part.squares().ordinary().forEach(squares::add);
    part.squares().large().forEach(column -> largeSquares().add(column));
    part.squares().small().forEach(column -> smallSquares().add(column));
    counts.add(part);
  }

  @Override
  public PartialState state() {
    ExactColumns ofSquares =
        new ExactColumns(
            squares.columns().ordinary(), columns(largeSquares), columns(smallSquares));
    return new PartialState(List.of(counts.column()), sums.columns(), ofSquares);
  }

  private static List<double[]> columns(@Nullable ExactSums of) {
    return of == null ? List.of() : of.columns().ordinary();
  }

  @Override
  public double[] finish() {
    double[] results = counts.column();
    ExactSum numerator = new ExactSum();
    for (int i = 0; i < results.length; i++) {
      if (counts.at(i) > 0) {
        double variance = variance(i, numerator);
        results[i] = root ? Math.sqrt(variance) : variance;
      }
    }
    return results;
  }

  private double variance(int step, ExactSum numerator) {
    if (sums.isSpecial(step)) {
      return Double.NaN;
    }
    if (isPresent(largeSquares, step)
        || isPresent(smallSquares, step)
        || !sums.isPlain(step)
        || !squares.isPlain(step)) {
      return ofAnySize(step);
    }
    double count = counts.at(step);
    double[] ofSum = sums.parts(step);
    numerator.reset();
    for (double part : squares.parts(step)) {
      numerator.addProduct(part, count);
    }
    for (double a : ofSum) {
      for (double b : ofSum) {
        numerator.addProduct(-a, b);
      }
    }
    return numerator.value() / count / count;
  }

  private static boolean isPresent(@Nullable ExactSums sums, int step) {
    return sums != null && sums.isPresent(step);
  }

  /** By whole numbers of some thousand bits, which takes microseconds. */
  private double ofAnySize(int step) {
    if (++ofAnySize % STEPS_BETWEEN_CHECKS == 0) {
      bounds.check();
    }
    // Of the lowest bit that a square can have.
    int lowest = 2 * BigSum.LOWEST;
    BigInteger ofSquares = squares.units(step).shiftLeft(BigSum.LOWEST - lowest);
    ofSquares = ofSquares.add(units(largeSquares, step).shiftLeft(BigSum.LOWEST + POWER - lowest));
    ofSquares = ofSquares.add(units(smallSquares, step).shiftLeft(BigSum.LOWEST - POWER - lowest));
    BigInteger ofSum = sums.units(step);
    int count = counts.at(step);
    BigInteger numerator =
        ofSquares.multiply(BigInteger.valueOf(count)).subtract(ofSum.multiply(ofSum));
    // So that it is an ordinary number until it is divided.
    int power = numerator.bitLength() - Long.SIZE;
    double ordinary = BigSum.rounded(numerator, -power - BigSum.LOWEST);
    return Math.scalb(ordinary / count / count, power + lowest);
  }

  private static BigInteger units(@Nullable ExactSums sums, int step) {
    return sums != null && sums.isPresent(step) ? sums.units(step) : BigInteger.ZERO;
  }
}
