package dev.vedette.promql.histogram;

import dev.vedette.model.HistogramLayout;

/**
 * Bounds of exponential buckets, equal to the last bit to those of Prometheus and its client
 * libraries: they show up in answers.
 */
public final class ExponentialBounds {
  // The factor of schema 1 as the client libraries have it, one unit below the nearest double.
  private static final double ROOT_OF_TWO = Math.nextDown(Math.sqrt(2));

  private static final int LARGEST_EXPONENT = 1024;

  // By schema: the bounds between 0.5 and 1, from which all others follow by powers of two.
  private static final double[][] FRACTIONS = fractions();

  private ExponentialBounds() {}

  /** Each schema refines the one before: every other bound is the same, the rest lie between. */
  private static double[][] fractions() {
    double[][] fractions = new double[HistogramLayout.MAX_SCHEMA + 1][];
    fractions[0] = new double[] {0.5};
    for (int schema = 1; schema < fractions.length; schema++) {
      double factor = schema == 1 ? ROOT_OF_TWO : Math.pow(2, Math.scalb(1.0, -schema));
      double[] bounds = new double[1 << schema];
      for (int i = 0; i < bounds.length; i += 2) {
        bounds[i] = fractions[schema - 1][i / 2];
        bounds[i + 1] = bounds[i] * factor;
      }
      fractions[schema] = bounds;
    }
    return fractions;
  }

  /** Upper bound of a positive bucket, inclusive; its lower bound is that of the one before. */
  public static double upper(int index, int schema) {
    if (schema < 0) {
      int exponent = index << -schema;
      return exponent == LARGEST_EXPONENT ? Double.MAX_VALUE : Math.scalb(1.0, exponent);
    }
    double fraction = FRACTIONS[schema][index & (1 << schema) - 1];
    int exponent = (index >> schema) + 1;
    return fraction == 0.5 && exponent == LARGEST_EXPONENT + 1
        ? Double.MAX_VALUE
        : Math.scalb(fraction, exponent);
  }

  /** The bucket of a coarser schema that a bucket lies in. */
  static int coarser(int index, int schemas) {
    return ((index - 1) >> schemas) + 1;
  }
}
