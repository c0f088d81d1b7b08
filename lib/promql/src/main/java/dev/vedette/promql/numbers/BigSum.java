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

  // The value of the lowest bit of all is 2 to this.
  private static final int LOWEST = -1074;
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
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> SIGNIFICAND_BITS) & 0x7FF;
    long significand = bits & (1L << SIGNIFICAND_BITS) - 1;
    if (exponent > 0) {
      significand |= 1L << SIGNIFICAND_BITS;
      exponent--;
    }
    int at = exponent / DIGIT_BITS;
    int shift = exponent % DIGIT_BITS;
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
    return rounded(whole(), power);
  }

  /**
   * The sum as a few numbers that have it for their exact sum, the largest first; more than forty
   * only where it is beyond the largest double.
   */
  public double[] parts() {
    BigInteger left = whole();
    double[] parts = new double[4];
    int count = 0;
    while (left.signum() != 0) {
      double part = rounded(left, 0);
      if (Double.isInfinite(part)) {
        part = Math.copySign(Double.MAX_VALUE, part);
      }
      if (count == parts.length) {
        parts = Arrays.copyOf(parts, 2 * count);
      }
      parts[count++] = part;
      BigSum taken = new BigSum();
      taken.add(part);
      left = left.subtract(taken.whole());
    }
    return Arrays.copyOf(parts, count);
  }

  /** In units of the lowest bit. */
  private BigInteger whole() {
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

  private static double rounded(BigInteger whole, int power) {
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
