package dev.vedette.promql.numbers;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * The exact sum of any finite doubles, whatever their size: a number of fixed point that has a
 * digit for each bit that a double can have. Slower and larger than {@link ExactSum}, which falls
 * back on it. One thread.
 */
public final class BigSum {
  /** About what one takes in memory. */
  public static final long BYTES = 600;

  /** The value of the lowest bit of all is 2 to this. */
  public static final int LOWEST = -1074;

  private static final int DIGIT_BITS = 32;
  private static final long DIGIT = 0xFFFF_FFFFL;
  private static final int SIGNIFICAND_BITS = 52;
  // Bits of the largest double, and what as many of them as there can be add to it.
  private static final int DIGITS = (2098 + 64) / DIGIT_BITS + 2;
  // Each adds less than 2^33 to a digit.
  private static final int ADDS_BETWEEN_CARRIES = 1 << 29;

  // Signed, least significant first; between carries they may be larger than a digit.
  private final long[] digits = new long[DIGITS];
  private int adds;

  /** Adds a finite number. */
  public void add(double value) {
    add(value, 0);
  }

  /**
   * Adds a finite number times a power of two.
   *
   * @param power of what was divided by it before: the product is nothing that the sum of doubles
   *     cannot be
   */
  public void add(double value, int power) {
    long bits = Double.doubleToRawLongBits(value);
    long significand = significand(bits);
    int lowest = lowestBit(bits) + power;
    int at = lowest / DIGIT_BITS;
    int shift = lowest % DIGIT_BITS;
    long low = (significand & DIGIT) << shift;
    long high = significand >>> DIGIT_BITS << shift;
    int sign = bits < 0 ? -1 : 1;
    digits[at] += sign * (low & DIGIT);
    digits[at + 1] += sign * ((low >>> DIGIT_BITS) + (high & DIGIT));
    digits[at + 2] += sign * (high >>> DIGIT_BITS);
    if (++adds == ADDS_BETWEEN_CARRIES) {
      carry();
    }
  }

  private static long significand(long bits) {
    long stored = bits & (1L << SIGNIFICAND_BITS) - 1;
    return exponent(bits) == 0 ? stored : stored | 1L << SIGNIFICAND_BITS;
  }

  /** Of a significand, among those of the sum. */
  private static int lowestBit(long bits) {
    return Math.max(0, exponent(bits) - 1);
  }

  private static int exponent(long bits) {
    return (int) (bits >>> SIGNIFICAND_BITS) & 0x7FF;
  }

  private void carry() {
    adds = 0;
    for (int i = 0; i < DIGITS - 1; i++) {
      digits[i + 1] += digits[i] >> DIGIT_BITS;
      digits[i] &= DIGIT;
    }
  }

  /** The sum, rounded once; infinite where it is too large. */
  public double value() {
    return scaled(0);
  }

  /** The sum times a power of two, rounded once unless it is so small that it loses bits. */
  public double scaled(int power) {
    return rounded(units(), power);
  }

  /**
   * Numbers that have the sum for their exact sum, the largest first, forty-two at most.
   *
   * @param ordinary as they are
   * @param large to be multiplied by two to the power that was asked for; none unless the sum is
   *     beyond the largest double
   */
  public record Parts(double[] ordinary, double[] large) {}

  /**
   * The sum as a few numbers.
   *
   * @param power divides those that are too large
   */
  public Parts parts(int power) {
    BigInteger left = units();
    double[] ordinary = new double[4];
    int ordinaryCount = 0;
    double[] large = new double[0];
    while (left.signum() != 0) {
      double part = rounded(left, 0);
      if (Double.isInfinite(part)) {
        part = rounded(left, -power);
        large = Arrays.copyOf(large, large.length + 1);
        large[large.length - 1] = part;
        left = left.subtract(units(part).shiftLeft(power));
      } else {
        if (ordinaryCount == ordinary.length) {
          ordinary = Arrays.copyOf(ordinary, 2 * ordinaryCount);
        }
        ordinary[ordinaryCount++] = part;
        left = left.subtract(units(part));
      }
    }
    return new Parts(Arrays.copyOf(ordinary, ordinaryCount), large);
  }

  private static BigInteger units(double value) {
    long bits = Double.doubleToRawLongBits(value);
    BigInteger size = BigInteger.valueOf(significand(bits)).shiftLeft(lowestBit(bits));
    return bits < 0 ? size.negate() : size;
  }

  /** The exact sum in units of 2 to {@link #LOWEST}. */
  public BigInteger units() {
    carry();
    byte[] bytes = new byte[DIGITS * Integer.BYTES + 1];
    // All digits but the last are without a sign now, which the last one has for all.
    long top = digits[DIGITS - 1];
    for (int i = 0; i < DIGITS; i++) {
      for (int b = 0; b < Integer.BYTES; b++) {
        bytes[bytes.length - 1 - i * Integer.BYTES - b] = (byte) (digits[i] >> (8 * b));
      }
    }
    bytes[0] = (byte) (top < 0 ? -1 : 0);
    return new BigInteger(bytes);
  }

  /** So many units times a power of two, rounded once unless it is so small that it loses bits. */
  public static double rounded(BigInteger whole, int power) {
    int dropped = Math.max(0, whole.abs().bitLength() - Long.SIZE);
    BigInteger kept = whole.abs().shiftRight(dropped);
    if (dropped > 0 && whole.abs().getLowestSetBit() < dropped) {
      // Whether anything follows decides what is half-way and what is not.
      kept = kept.setBit(0);
    }
    double value = Math.scalb(kept.doubleValue(), dropped + LOWEST + power);
    return whole.signum() < 0 ? -value : value;
  }
}
