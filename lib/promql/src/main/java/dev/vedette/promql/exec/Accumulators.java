package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.partial.ExactColumns;
import dev.vedette.model.partial.PartialState;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.parse.AggregationOp;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What gathers the series of one group. Whatever the order of series, and whatever of them was put
 * together elsewhere, the result is the same to the bit; but for histograms, of which the order of
 * their series decides.
 */
final class Accumulators {
  private Accumulators() {}

  /** Gathers the series of one group. */
  interface Accumulator {
    /** Adds a column, point by point. */
    void add(double[] column);

    /**
     * Adds the histograms of a series.
     *
     * @param metric the name of the series
     */
    void add(@Nullable Histogram[] column, String metric);

    /** Adds what was gathered elsewhere. */
    void add(PartialState part);

    /** What was gathered, to be added elsewhere; nothing is added here afterwards. */
    PartialState state();

    /** The result; may be the accumulator's own array. */
    double[] finish();

    /** Histograms of the result, known once it is finished; null where there is none. */
    default @Nullable Histogram @Nullable [] histograms() {
      return null;
    }
  }

  /**
   * @param bounds of memory that is taken besides {@link #columns}, and of time
   */
  static Accumulator make(AggregationOp op, int steps, Notes notes, ExactSums.Bounds bounds) {
    return switch (op) {
      case SUM -> HistogramTotal.sums(new Sum(new ExactSums(steps, bounds)), steps, notes);
      case AVG ->
          HistogramTotal.means(new Average(new ExactSums(steps, bounds), steps), steps, notes);
      case COUNT -> new Count(steps, false);
      case GROUP -> new Count(steps, true);
      case MIN -> new OfFloats(new Extreme(steps, true), op, notes);
      case MAX -> new OfFloats(new Extreme(steps, false), op, notes);
      case STDVAR -> new OfFloats(new Variance(steps, bounds, false), op, notes);
      case STDDEV -> new OfFloats(new Variance(steps, bounds, true), op, notes);
      case TOPK, BOTTOMK, COUNT_VALUES, QUANTILE, LIMITK, LIMIT_RATIO -> throw notGathered(op);
    };
  }

  /** Columns of doubles that a group takes besides its result. */
  static int columns(AggregationOp op) {
    return switch (op) {
      case SUM -> ExactSums.COLUMNS;
      case AVG -> ExactSums.COLUMNS + 1;
      case COUNT, GROUP, MIN, MAX -> 0;
      // Two sums, one of them with its result, counts, and the squares of one column.
      case STDVAR, STDDEV -> 2 * ExactSums.COLUMNS + 4;
      case TOPK, BOTTOMK, COUNT_VALUES, QUANTILE, LIMITK, LIMIT_RATIO -> throw notGathered(op);
    };
  }

  private static IllegalStateException notGathered(AggregationOp op) {
    return new IllegalStateException("BUG: %s needs whole groups".formatted(op));
  }

  /** Gathers numbers. */
  interface FloatAccumulator {
    void add(double[] column);

    void add(PartialState part);

    PartialState state();

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
    public void add(PartialState part) {
      floats.add(part);
    }

    @Override
    public PartialState state() {
      return floats.state();
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

  /** How many points there are, or that there are any. */
  private static final class Count implements Accumulator {
    private final double[] counts;
    private final boolean onlyWhether;

    Count(int steps, boolean onlyWhether) {
      this.counts = none(steps);
      this.onlyWhether = onlyWhether;
    }

    @Override
    public void add(double[] column) {
      for (int i = 0; i < counts.length; i++) {
        if (Points.isPresent(column[i])) {
          add(i, 1);
        }
      }
    }

    @Override
    public void add(@Nullable Histogram[] column, String metric) {
      for (int i = 0; i < counts.length; i++) {
        if (column[i] != null) {
          add(i, 1);
        }
      }
    }

    @Override
    public void add(PartialState part) {
      double[] others = part.counts().getFirst();
      for (int i = 0; i < counts.length; i++) {
        if (Points.isPresent(others[i])) {
          add(i, others[i]);
        }
      }
    }

    private void add(int step, double count) {
      if (onlyWhether) {
        counts[step] = 1;
      } else {
        counts[step] = Points.isNone(counts[step]) ? count : counts[step] + count;
      }
    }

    @Override
    public PartialState state() {
      return new PartialState(List.of(counts), ExactColumns.NONE, ExactColumns.NONE);
    }

    @Override
    public double[] finish() {
      return counts;
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
        if (value == before) {
          // Of two zeros the one with the sign, or the one without, whichever came first.
          best[i] = smallest ? Math.min(value, before) : Math.max(value, before);
        } else if (Double.isNaN(before)) {
          if (Points.isPresent(value)) {
            best[i] = Double.isNaN(value) ? Double.NaN : value;
          }
        } else if (smallest ? value < before : value > before) {
          best[i] = value;
        }
      }
    }

    @Override
    public void add(PartialState part) {
      add(part.values().ordinary().getFirst());
    }

    @Override
    public PartialState state() {
      return new PartialState(List.of(), ExactColumns.of(best), ExactColumns.NONE);
    }

    @Override
    public double[] finish() {
      return best;
    }
  }

  private record Sum(ExactSums sums) implements FloatAccumulator {
    @Override
    public void add(double[] column) {
      sums.add(column);
    }

    @Override
    public void add(PartialState part) {
      sums.add(part.values());
    }

    @Override
    public PartialState state() {
      return new PartialState(List.of(), sums.columns(), ExactColumns.NONE);
    }

    @Override
    public double[] finish() {
      return sums.sums();
    }
  }

  /** How many points there were at each step. */
  static final class Counts {
    private final int[] counts;

    Counts(int steps) {
      counts = new int[steps];
    }

    void add(double[] column) {
      for (int i = 0; i < counts.length; i++) {
        counts[i] += Points.isPresent(column[i]) ? 1 : 0;
      }
    }

    void add(PartialState part) {
      double[] others = part.counts().getFirst();
      for (int i = 0; i < counts.length; i++) {
        counts[i] += Points.isPresent(others[i]) ? (int) others[i] : 0;
      }
    }

    int at(int step) {
      return counts[step];
    }

    double[] column() {
      double[] column = none(counts.length);
      for (int i = 0; i < column.length; i++) {
        if (counts[i] > 0) {
          column[i] = counts[i];
        }
      }
      return column;
    }
  }

  /** Sum and count; where only the sum is too large, the mean is still right. */
  private static final class Average implements FloatAccumulator {
    private final ExactSums sums;
    private final Counts counts;

    Average(ExactSums sums, int steps) {
      this.sums = sums;
      this.counts = new Counts(steps);
    }

    @Override
    public void add(double[] column) {
      sums.add(column);
      counts.add(column);
    }

    @Override
    public void add(PartialState part) {
      sums.add(part.values());
      counts.add(part);
    }

    @Override
    public PartialState state() {
      return new PartialState(List.of(counts.column()), sums.columns(), ExactColumns.NONE);
    }

    @Override
    public double[] finish() {
      double[] means = counts.column();
      for (int i = 0; i < means.length; i++) {
        if (counts.at(i) > 0) {
          means[i] = sums.mean(i, counts.at(i));
        }
      }
      return means;
    }
  }
}
