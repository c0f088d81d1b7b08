package dev.vedette.tsdb.encode;

import java.util.Arrays;

/**
 * Finds the predictor whose residuals are cheapest to code. Costs are estimates in half bits, from
 * the lengths of the residuals alone; all candidates are summed up in one pass over the sequence.
 * Not thread-safe; keeps scratch between calls.
 */
final class PredictorChoice {
  private static final int[] COST = new int[Long.SIZE + 1];

  static {
    COST[0] = 1;
    for (int length = 1; length <= Long.SIZE; length++) {
      COST[length] = 4 + 2 * length;
    }
  }

  private long[] sorted = {};
  private Predictor predictor = Predictor.CONSTANT;
  private long parameter;
  private long cost;

  Predictor predictor() {
    return predictor;
  }

  long parameter() {
    return parameter;
  }

  /** Estimated half bits of all residuals. */
  long cost() {
    return cost;
  }

  static int cost(long residual) {
    return COST[Endian.bitLength(Endian.zigzag(residual))];
  }

  /** Chooses for {@code y[0..size)}, {@code y[0] = 0}. */
  void choose(long[] y, int size) {
    parameter = 0;
    cost = 0;
    if (isLinear(y, size)) {
      predictor = y.length > 1 && size > 1 && y[1] != 0 ? Predictor.LINEAR : Predictor.CONSTANT;
      parameter = predictor == Predictor.LINEAR ? y[1] : 0;
      return;
    }
    sumUp(y, size);
    trySteady(y, size);
    trySteadyDelta(y, size);
  }

  private static boolean isLinear(long[] y, int size) {
    for (int i = 2; i < size; i++) {
      if (y[i] - y[i - 1] != y[1]) {
        return false;
      }
    }
    return true;
  }

  /** All predictors without a parameter. */
  private void sumUp(long[] y, int size) {
    long last = 0;
    long lastDelta = 0;
    long mean2 = 0;
    long mean4 = 0;
    long mean8 = 0;
    long delta4 = 0;
    long delta8 = 0;
    long delta16 = 0;
    long before = 0;
    long sum2 = 0;
    long sum4 = 0;
    long sum8 = 0;
    long first = y[1];
    long deltas4 = first << 2;
    long deltas8 = first << 3;
    long deltas16 = first << 4;
    for (int i = 1; i < size; i++) {
      long now = y[i];
      long delta = now - y[i - 1];
      last += cost(delta);
      lastDelta += cost(delta - before);
      before = delta;
      long r = now - (sum2 >> 1);
      sum2 += r;
      mean2 += cost(r);
      r = now - (sum4 >> 2);
      sum4 += r;
      mean4 += cost(r);
      r = now - (sum8 >> 3);
      sum8 += r;
      mean8 += cost(r);
      if (i == 1) {
        continue;
      }
      r = delta - (deltas4 >> 2);
      deltas4 += r;
      delta4 += cost(r);
      r = delta - (deltas8 >> 3);
      deltas8 += r;
      delta8 += cost(r);
      r = delta - (deltas16 >> 4);
      deltas16 += r;
      delta16 += cost(r);
    }
    long firstCost = cost(first);
    predictor = Predictor.LAST;
    cost = last;
    take(Predictor.LAST_DELTA, lastDelta, 0);
    take(Predictor.MEAN_DELTA_4, delta4 + firstCost, 0);
    take(Predictor.MEAN_DELTA_8, delta8 + firstCost, 0);
    take(Predictor.MEAN_DELTA_16, delta16 + firstCost, 0);
    take(Predictor.MEAN_2, mean2, 0);
    take(Predictor.MEAN_4, mean4, 0);
    take(Predictor.MEAN_8, mean8, 0);
  }

  private void trySteady(long[] y, int size) {
    ensure(size);
    System.arraycopy(y, 0, sorted, 0, size);
    long median = median(size);
    long sum = cost(median);
    for (int i = 1; i < size; i++) {
      sum += cost(y[i] - median);
    }
    take(Predictor.STEADY, sum, median);
  }

  private void trySteadyDelta(long[] y, int size) {
    for (int i = 1; i < size; i++) {
      sorted[i - 1] = y[i] - y[i - 1];
    }
    long median = median(size - 1);
    if (median == 0) {
      return;
    }
    long sum = cost(median);
    for (int i = 1; i < size; i++) {
      sum += cost(y[i] - y[i - 1] - median);
    }
    take(Predictor.STEADY_DELTA, sum, median);
  }

  private void take(Predictor candidate, long candidateCost, long candidateParameter) {
    if (candidateCost < cost) {
      predictor = candidate;
      cost = candidateCost;
      parameter = candidateParameter;
    }
  }

  private long median(int size) {
    Arrays.sort(sorted, 0, size);
    return sorted[size / 2];
  }

  private void ensure(int size) {
    if (sorted.length < size) {
      sorted = new long[size];
    }
  }
}
