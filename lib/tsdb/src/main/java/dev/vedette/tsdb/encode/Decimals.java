package dev.vedette.tsdb.encode;

/**
 * Doubles as whole numbers over a power of ten. {@code m / 10^e} is correctly rounded for {@code
 * |m| < 2^53} and {@code e <= 22}, so a value that equals it is kept to the bit; multiplying by
 * {@code 10^-e} would not do.
 */
final class Decimals {
  static final int MAX_EXPONENT = 22;

  private static final long MAX_MANTISSA = 1L << 53;
  private static final double[] POWERS = new double[MAX_EXPONENT + 1];

  static {
    for (int e = 0; e <= MAX_EXPONENT; e++) {
      POWERS[e] = Double.parseDouble("1e" + e);
    }
  }

  private Decimals() {}

  static double power(int exponent) {
    return POWERS[exponent];
  }

  /**
   * Finds the smallest exponent that fits all values, and their mantissas.
   *
   * @param bits values without NaN, infinities and negative zero
   * @param mantissas receives {@code size} mantissas
   * @return the exponent, or -1 where no exponent fits
   */
  static int scale(long[] bits, int size, long[] mantissas) {
    int exponent = 0;
    int done = 0;
    for (int i = 0; i < size; i++) {
      double value = Double.longBitsToDouble(bits[i]);
      long mantissa = mantissa(value, exponent);
      while (!stands(value, mantissa, exponent)) {
        if (++exponent > MAX_EXPONENT || Math.abs(value) * POWERS[exponent] >= MAX_MANTISSA) {
          return -1;
        }
        mantissa = mantissa(value, exponent);
        done = i;
      }
      mantissas[i] = mantissa;
    }
    for (int i = 0; i < done; i++) {
      double value = Double.longBitsToDouble(bits[i]);
      mantissas[i] = mantissa(value, exponent);
      if (!stands(value, mantissas[i], exponent)) {
        return -1;
      }
    }
    return exponent;
  }

  static long mantissa(double value, int exponent) {
    return exponent == 0 ? (long) value : (long) Math.rint(value * POWERS[exponent]);
  }

  /** Whether a mantissa and an exponent give a value back, the way a reader computes it. */
  private static boolean stands(double value, long mantissa, int exponent) {
    if (exponent == 0) {
      // Whole numbers of any size; a long is cut to the same double again, or it is not equal.
      return (double) mantissa == value && mantissa != Long.MAX_VALUE;
    }
    return Math.abs(mantissa) < MAX_MANTISSA && mantissa / POWERS[exponent] == value;
  }
}
