package dev.vedette.tsdb.encode;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Works out how one series is best coded: the form of its values, what it is compared with, the
 * predictor. One result at a time, in the fields; scratch is kept between calls. Not thread-safe.
 */
final class SeriesAnalysis {
  // Sums of durations have the resolution of their clock, and an error of a few doubles around it.
  private static final int[] CORRECTED_EXPONENTS = {9, 6, 3, 12, 2};
  private static final long MAX_CORRECTION = 1 << 20;
  private static final long MAX_MANTISSA = 1L << 53;
  // What the header fields of a reference to another series cost, in half bits, about.
  private static final long RELATIVE_COST = 8;

  private final PredictorChoice choice = new PredictorChoice();
  private long[] clean = {};
  private long[] corrections = {};
  private long[] candidateX = {};
  private long[] candidateCorrections = {};
  private long[] difference = {};

  SeriesCode code = new SeriesCode();

  /** The whole numbers of the values. */
  long[] x = {};

  /** {@code x} from 0 and without its common factor {@code xFactor}. */
  long[] y = {};

  long xFactor;
  boolean constant;
  private long cost;

  /** What is coded: entries from 1 on, where the predictors have residuals. */
  long[] residuals = {};

  long[] correctionResiduals = {};

  /**
   * Begins a series: its form, {@code x}, {@code y} and a predictor. A constant one is done with
   * this; for others {@link #copy} or {@link #finish} ends it.
   *
   * @param size at least 1
   */
  void begin(long[] bits, int size) {
    code = new SeriesCode();
    code.size = size;
    ensure(size);
    separateExceptions(bits, size);
    constant = isConstant(clean, size);
    if (constant) {
      code.form = SeriesCode.Form.BITS;
      constant(clean[0]);
      return;
    }
    int exponent = Decimals.scale(clean, size, x);
    if (exponent >= 0) {
      code.form = SeriesCode.Form.DECIMAL;
      code.scale = exponent;
    } else {
      chooseFloatForm(size);
    }
    xFactor = normalise(x, y, size);
    choice.choose(y, size);
    take(x[0], xFactor);
    cost = choice.cost() + 2L * Endian.bitLength(code.base);
  }

  /** Half bits that the residuals will take, about, unless the sibling helps. */
  long cost() {
    return cost;
  }

  long[] corrections() {
    return corrections;
  }

  private void constant(long bits) {
    int zeros = bits == 0 ? 0 : Long.numberOfTrailingZeros(bits);
    long[] one = {bits};
    int exponent = isPlain(bits) ? Decimals.scale(one, 1, candidateX) : -1;
    // The scale of bits takes a length of its own.
    int asBits = Endian.bitLength(Endian.zigzag(bits >> zeros)) + 6;
    if (exponent >= 0 && Endian.bitLength(Endian.zigzag(candidateX[0])) <= asBits) {
      code.form = SeriesCode.Form.DECIMAL;
      code.scale = exponent;
      code.base = candidateX[0];
    } else {
      code.form = SeriesCode.Form.BITS;
      code.scale = zeros;
      code.base = bits >> zeros;
    }
  }

  /** Ends a series that has the same {@code y} as another one, {@code back} series before. */
  void copy(int back, long factor) {
    code.copyOf = back;
    code.base = x[0];
    code.factor = factor;
    code.correctionBase = corrections[0];
  }

  /**
   * Ends a series: compares it with its sibling and works out the residuals.
   *
   * @param sibling {@code x} of the sibling if it has as many samples, else null
   */
  void finish(int size, long @Nullable [] sibling) {
    if (sibling != null && code.predictor.hasResiduals()) {
      for (int i = 0; i < size; i++) {
        difference[i] = x[i] - sibling[i];
      }
      long base = difference[0];
      long factor = normalise(difference, difference, size);
      choice.choose(difference, size);
      if (choice.cost() + 2L * Endian.bitLength(base) + RELATIVE_COST < cost) {
        code.relative = true;
        take(base, factor);
        System.arraycopy(difference, 0, y, 0, size);
      }
    }
    code.predictor.residuals(y, size, code.parameter, residuals);
    if (code.hasCorrections()) {
      code.correctionBase = corrections[0];
      for (int i = 0; i < size; i++) {
        difference[i] = corrections[i] - code.correctionBase;
      }
      choice.choose(difference, size);
      code.correctionPredictor = choice.predictor();
      code.correctionParameter = choice.parameter();
      code.correctionPredictor.residuals(
          difference, size, code.correctionParameter, correctionResiduals);
    }
  }

  private void take(long base, long factor) {
    code.base = base;
    code.factor = factor;
    code.predictor = choice.predictor();
    code.parameter = choice.parameter();
  }

  /** Values that whole numbers cannot stand for leave the sequence; their neighbours fill in. */
  private void separateExceptions(long[] bits, int size) {
    int count = 0;
    int firstPlain = -1;
    for (int i = 0; i < size; i++) {
      if (!isPlain(bits[i])) {
        count++;
      } else if (firstPlain < 0) {
        firstPlain = i;
      }
    }
    System.arraycopy(bits, 0, clean, 0, size);
    if (count == 0 || firstPlain < 0 && isConstant(bits, size)) {
      return;
    }
    code.exceptionAt = new int[count];
    code.exceptionBits = new long[count];
    long fill = firstPlain < 0 ? 0 : bits[firstPlain];
    int next = 0;
    for (int i = 0; i < size; i++) {
      if (isPlain(bits[i])) {
        fill = bits[i];
      } else {
        code.exceptionAt[next] = i;
        code.exceptionBits[next++] = bits[i];
        clean[i] = fill;
      }
    }
  }

  private static boolean isPlain(long bits) {
    return (bits & 0x7ff0_0000_0000_0000L) != 0x7ff0_0000_0000_0000L && bits != Long.MIN_VALUE;
  }

  private static boolean isConstant(long[] values, int size) {
    for (int i = 1; i < size; i++) {
      if (values[i] != values[0]) {
        return false;
      }
    }
    return true;
  }

  private void chooseFloatForm(int size) {
    int zeros = Long.SIZE;
    for (int i = 0; i < size; i++) {
      zeros = Math.min(zeros, Long.numberOfTrailingZeros(clean[i]));
    }
    code.form = SeriesCode.Form.BITS;
    code.scale = zeros & 63;
    for (int i = 0; i < size; i++) {
      x[i] = clean[i] >> code.scale;
    }
    long best = deltaCost(x, size);
    for (int exponent : CORRECTED_EXPONENTS) {
      if (!correct(exponent, size)) {
        continue;
      }
      long cost = deltaCost(candidateX, size) + deltaCost(candidateCorrections, size);
      if (cost < best) {
        best = cost;
        code.form = SeriesCode.Form.CORRECTED;
        code.scale = exponent;
        System.arraycopy(candidateX, 0, x, 0, size);
        System.arraycopy(candidateCorrections, 0, corrections, 0, size);
      }
    }
  }

  private boolean correct(int exponent, int size) {
    double power = Decimals.power(exponent);
    for (int i = 0; i < size; i++) {
      double value = Double.longBitsToDouble(clean[i]);
      if (!(Math.abs(value * power) < MAX_MANTISSA)) {
        return false;
      }
      long mantissa = (long) Math.rint(value * power);
      long correction = clean[i] - Double.doubleToRawLongBits(mantissa / power);
      if (Math.abs(correction) > MAX_CORRECTION) {
        return false;
      }
      candidateX[i] = mantissa;
      candidateCorrections[i] = correction;
    }
    return true;
  }

  private static long deltaCost(long[] values, int size) {
    long cost = 0;
    for (int i = 1; i < size; i++) {
      cost += PredictorChoice.cost(values[i] - values[i - 1]);
    }
    return cost;
  }

  /**
   * Writes a sequence from 0 on and without the common factor of its steps.
   *
   * @return the factor; 1 where steps do not fit a long, so that all stays right modulo 2^64
   */
  private static long normalise(long[] values, long[] out, int size) {
    long first = values[0];
    long factor = 0;
    for (int i = 1; i < size && factor != 1; i++) {
      long distance = values[i] - first;
      boolean wrapped = ((values[i] ^ first) & (values[i] ^ distance)) < 0;
      factor = wrapped || distance == Long.MIN_VALUE ? 1 : gcd(factor, Math.abs(distance));
    }
    if (factor <= 1) {
      for (int i = 0; i < size; i++) {
        out[i] = values[i] - first;
      }
      return 1;
    }
    for (int i = 0; i < size; i++) {
      out[i] = (values[i] - first) / factor;
    }
    return factor;
  }

  private static long gcd(long a, long b) {
    long x = a;
    long y = b;
    while (y != 0) {
      long rest = x % y;
      x = y;
      y = rest;
    }
    return x;
  }

  private void ensure(int size) {
    if (x.length >= size) {
      return;
    }
    int capacity = Math.max(size, x.length * 2);
    clean = new long[capacity];
    corrections = new long[capacity];
    candidateX = new long[capacity];
    candidateCorrections = new long[capacity];
    difference = new long[capacity];
    x = new long[capacity];
    y = new long[capacity];
    residuals = new long[capacity];
    correctionResiduals = new long[capacity];
    Arrays.fill(y, 0);
  }
}
