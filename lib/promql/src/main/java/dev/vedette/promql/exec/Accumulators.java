package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.exec.AggregateOp.Accumulator;
import dev.vedette.promql.exec.AggregateOp.AccumulatorFactory;
import dev.vedette.promql.numbers.KahanSum;
import dev.vedette.promql.parse.AggregationOp;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Accumulators of the aggregations that work series by series. */
public final class Accumulators {
  private Accumulators() {}

  public static AccumulatorFactory of(AggregationOp op) {
    return switch (op) {
      case SUM -> (steps, notes) -> HistogramTotal.sums(new CompensatedSums(steps), steps, notes);
      case AVG -> (steps, notes) -> HistogramTotal.means(new Average(steps), steps, notes);
      case COUNT -> (steps, _) -> new Count(steps);
      case GROUP -> (steps, _) -> new Present(steps);
      case MIN -> (steps, notes) -> new OfFloats(new Extreme(steps, true), op, notes);
      case MAX -> (steps, notes) -> new OfFloats(new Extreme(steps, false), op, notes);
      case STDVAR -> (steps, notes) -> new OfFloats(new Variance(steps, false), op, notes);
      case STDDEV -> (steps, notes) -> new OfFloats(new Variance(steps, true), op, notes);
      case TOPK, BOTTOMK, COUNT_VALUES, QUANTILE, LIMITK, LIMIT_RATIO ->
          throw new IllegalStateException("BUG: %s needs whole groups".formatted(op));
    };
  }

  /** Gathers numbers. */
  interface FloatAccumulator {
    void add(double[] column);

    double[] finish();
  }

  /** Ignores histograms, and says so. */
  private record OfFloats(FloatAccumulator floats, AggregationOp op, Notes notes)
      implements Accumulator {
    @Override
    public void add(double[] column) {
      floats.add(column);
    }

    @Override
    public void add(@Nullable Histogram[] column, String metric) {
      if (Points.any(column)) {
        notes.info(AnnotationTexts.ignoredInAggregation(op.text()));
      }
    }

    @Override
    public double[] finish() {
      return floats.finish();
    }
  }

  static double[] none(int steps) {
    double[] column = new double[steps];
    Arrays.fill(column, Points.NONE);
    return column;
  }

  private static final class Count implements Accumulator {
    private final double[] counts;

    Count(int steps) {
      counts = none(steps);
    }

    @Override
    public void add(double[] column) {
      for (int i = 0; i < counts.length; i++) {
        if (Points.isPresent(column[i])) {
          add(i);
        }
      }
    }

    @Override
    public void add(@Nullable Histogram[] column, String metric) {
      for (int i = 0; i < counts.length; i++) {
        if (column[i] != null) {
          add(i);
        }
      }
    }

    private void add(int step) {
      counts[step] = Points.isNone(counts[step]) ? 1 : counts[step] + 1;
    }

    @Override
    public double[] finish() {
      return counts;
    }
  }

  private static final class Present implements Accumulator {
    private final double[] ones;

    Present(int steps) {
      ones = none(steps);
    }

    @Override
    public void add(double[] column) {
      for (int i = 0; i < ones.length; i++) {
        if (Points.isPresent(column[i])) {
          ones[i] = 1;
        }
      }
    }

    @Override
    public void add(@Nullable Histogram[] column, String metric) {
      for (int i = 0; i < ones.length; i++) {
        if (column[i] != null) {
          ones[i] = 1;
        }
      }
    }

    @Override
    public double[] finish() {
      return ones;
    }
  }

  /** The smallest or largest; NaN only where there is nothing else. */
  private static final class Extreme implements FloatAccumulator {
    private final double[] best;
    private final boolean smallest;

    Extreme(int steps, boolean smallest) {
      this.best = none(steps);
      this.smallest = smallest;
    }

    @Override
    public void add(double[] column) {
      for (int i = 0; i < best.length; i++) {
        double value = column[i];
        double before = best[i];
        if (Points.isPresent(value)
            && (Double.isNaN(before) || (smallest ? value < before : value > before))) {
          best[i] = value;
        }
      }
    }

    @Override
    public double[] finish() {
      return best;
    }
  }

  /** Mean by sum and count; where the sum would overflow, by a running mean from there on. */
  private static final class Average implements FloatAccumulator {
    private final double[] sums;
    private final double[] lost;
    private final int[] counts;
    private final boolean[] running;

    Average(int steps) {
      sums = none(steps);
      lost = new double[steps];
      counts = new int[steps];
      running = new boolean[steps];
    }

    @Override
    public void add(double[] column) {
      for (int i = 0; i < sums.length; i++) {
        if (Points.isPresent(column[i])) {
          add(i, column[i]);
        }
      }
    }

    private void add(int i, double value) {
      int count = ++counts[i];
      if (count == 1) {
        sums[i] = value;
        return;
      }
      if (!running[i]) {
        double next = sums[i] + value;
        if (!Double.isInfinite(next)) {
          lost[i] = KahanSum.lostBy(sums[i], value, next, lost[i]);
          sums[i] = next;
          return;
        }
        running[i] = true;
        sums[i] /= count - 1;
        lost[i] /= count - 1;
      }
      double mean = sums[i];
      boolean sameInfinity = Double.isInfinite(value) && mean > 0 == value > 0;
      if (Double.isInfinite(mean) && (sameInfinity || Double.isFinite(value))) {
        return;
      }
      double weight = (count - 1.0) / count;
      double next = value / count + weight * mean;
      lost[i] = KahanSum.lostBy(weight * mean, value / count, next, weight * lost[i]);
      sums[i] = next;
    }

    @Override
    public double[] finish() {
      for (int i = 0; i < sums.length; i++) {
        if (counts[i] > 0) {
          sums[i] = running[i] ? sums[i] + lost[i] : sums[i] / counts[i] + lost[i] / counts[i];
        }
      }
      return sums;
    }
  }

  /** Population variance by Welford's recurrence. */
  private static final class Variance implements FloatAccumulator {
    private final double[] squares;
    private final double[] means;
    private final int[] counts;
    private final boolean root;

    Variance(int steps, boolean root) {
      this.squares = none(steps);
      this.means = new double[steps];
      this.counts = new int[steps];
      this.root = root;
    }

    @Override
    public void add(double[] column) {
      for (int i = 0; i < squares.length; i++) {
        double value = column[i];
        if (Points.isNone(value)) {
          continue;
        }
        if (++counts[i] == 1) {
          squares[i] = Double.isFinite(value) ? 0 : Double.NaN;
          means[i] = value;
        } else {
          double delta = value - means[i];
          means[i] += delta / counts[i];
          squares[i] += delta * (value - means[i]);
        }
      }
    }

    @Override
    public double[] finish() {
      for (int i = 0; i < squares.length; i++) {
        if (counts[i] > 0) {
          double variance = squares[i] / counts[i];
          squares[i] = root ? Math.sqrt(variance) : variance;
        }
      }
      return squares;
    }
  }
}
