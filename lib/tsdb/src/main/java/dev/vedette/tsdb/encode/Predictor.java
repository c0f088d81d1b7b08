package dev.vedette.tsdb.encode;

import java.util.Arrays;

/**
 * Guesses each number of a sequence {@code y} with {@code y[0] = 0} from those before it; what is
 * coded is how far off the guess was. All arithmetic is modulo 2^64, so nothing overflows that does
 * not come back.
 */
enum Predictor {
  /** Always 0; nothing is coded. */
  CONSTANT(false),
  /** Grows by the parameter each time; nothing is coded. */
  LINEAR(true),
  /** As before. */
  LAST(false),
  /** Grows as it did before. */
  LAST_DELTA(false),
  /** Grows by the parameter. */
  STEADY_DELTA(true),
  /** Grows by the running mean of its growth, over about 4, 8, 16 samples. */
  MEAN_DELTA_4(false),
  MEAN_DELTA_8(false),
  MEAN_DELTA_16(false),
  /** Stays at the parameter. */
  STEADY(true),
  /** Stays at its running mean, over about 2, 4, 8 samples. */
  MEAN_2(false),
  MEAN_4(false),
  MEAN_8(false);

  private static final Predictor[] ALL = values();

  private final boolean hasParameter;

  Predictor(boolean hasParameter) {
    this.hasParameter = hasParameter;
  }

  static Predictor of(int ordinal) {
    return ALL[ordinal];
  }

  static int count() {
    return ALL.length;
  }

  boolean hasParameter() {
    return hasParameter;
  }

  /** Whether residuals are coded at all. */
  boolean hasResiduals() {
    return this != CONSTANT && this != LINEAR;
  }

  private int shift() {
    return switch (this) {
      case MEAN_2 -> 1;
      case MEAN_DELTA_4, MEAN_4 -> 2;
      case MEAN_DELTA_8, MEAN_8 -> 3;
      case MEAN_DELTA_16 -> 4;
      default -> 0;
    };
  }

  /** Writes the residuals of {@code y[1..size)} to the same places of {@code out}. */
  void residuals(long[] y, int size, long parameter, long[] out) {
    switch (this) {
      case CONSTANT, LINEAR -> {}
      case LAST -> {
        for (int i = 1; i < size; i++) {
          out[i] = y[i] - y[i - 1];
        }
      }
      case LAST_DELTA -> {
        long delta = 0;
        for (int i = 1; i < size; i++) {
          out[i] = y[i] - y[i - 1] - delta;
          delta = y[i] - y[i - 1];
        }
      }
      case STEADY_DELTA -> {
        for (int i = 1; i < size; i++) {
          out[i] = y[i] - y[i - 1] - parameter;
        }
      }
      case MEAN_DELTA_4, MEAN_DELTA_8, MEAN_DELTA_16 -> {
        long sum = 0;
        for (int i = 1; i < size; i++) {
          out[i] = y[i] - y[i - 1] - (sum >> shift());
          // The first delta stands for all before it.
          sum += i == 1 ? out[i] << shift() : out[i];
        }
      }
      case STEADY -> {
        for (int i = 1; i < size; i++) {
          out[i] = y[i] - parameter;
        }
      }
      case MEAN_2, MEAN_4, MEAN_8 -> {
        long sum = 0;
        for (int i = 1; i < size; i++) {
          out[i] = y[i] - (sum >> shift());
          sum += out[i];
        }
      }
    }
  }

  /** Turns residuals in {@code y[1..size)} back into the sequence, in place. */
  void restore(long[] y, int size, long parameter) {
    y[0] = 0;
    switch (this) {
      case CONSTANT -> Arrays.fill(y, 0, size, 0);
      case LINEAR -> {
        for (int i = 1; i < size; i++) {
          y[i] = y[i - 1] + parameter;
        }
      }
      case LAST -> {
        long last = 0;
        for (int i = 1; i < size; i++) {
          last += y[i];
          y[i] = last;
        }
      }
      case LAST_DELTA -> {
        long last = 0;
        long delta = 0;
        for (int i = 1; i < size; i++) {
          delta += y[i];
          last += delta;
          y[i] = last;
        }
      }
      case STEADY_DELTA -> {
        long last = 0;
        for (int i = 1; i < size; i++) {
          last += y[i] + parameter;
          y[i] = last;
        }
      }
      case MEAN_DELTA_4, MEAN_DELTA_8, MEAN_DELTA_16 -> restoreMeanDelta(y, size, shift());
      case STEADY -> {
        for (int i = 1; i < size; i++) {
          y[i] += parameter;
        }
      }
      case MEAN_2, MEAN_4, MEAN_8 -> {
        int shift = shift();
        long sum = 0;
        for (int i = 1; i < size; i++) {
          long residual = y[i];
          y[i] += sum >> shift;
          sum += residual;
        }
      }
    }
  }

  private static void restoreMeanDelta(long[] y, int size, int shift) {
    long sum = 0;
    long last = 0;
    for (int i = 1; i < size; i++) {
      long residual = y[i];
      last += residual + (sum >> shift);
      sum += i == 1 ? residual << shift : residual;
      y[i] = last;
    }
  }
}
