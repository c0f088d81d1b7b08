package dev.vedette.tsdb.encode;

import java.util.Arrays;

/**
 * Probabilities of binary decisions that learn as they are used: the numbers behind {@link
 * HeaderEncoder} and {@link HeaderDecoder}. A fresh one says 50 %, and its first observations count
 * most.
 */
final class AdaptiveBits {
  static final int PRECISION = 16;
  private static final int FRESH = 1 << PRECISION - 1;

  // Each observation moves a probability by 2^-rate of what is missing; rates by age.
  private static final int[] RATES = {1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 5};

  private final int[] zero;
  private final byte[] age;

  AdaptiveBits(int count) {
    zero = new int[count];
    age = new byte[count];
    reset();
  }

  void reset() {
    Arrays.fill(zero, FRESH);
    Arrays.fill(age, (byte) 0);
  }

  /** Probability of a zero, of 2^16; never 0 or 2^16. */
  int zero(int index) {
    return zero[index];
  }

  void learn(int index, int bit) {
    int rate = RATES[age[index]];
    if (age[index] < RATES.length - 1) {
      age[index]++;
    }
    int p = zero[index];
    // Stays within 32 of the ends, so that any bit can still be coded.
    zero[index] = bit == 0 ? p + ((1 << PRECISION) - 32 - p >> rate) : p - (p - 32 >> rate);
  }
}
