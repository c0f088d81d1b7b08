package dev.vedette.promql.exec;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.SeriesBatch;
import org.jspecify.annotations.Nullable;

/**
 * Points of an inner expression at steps of its own, as samples. The inner steps are multiples of
 * the step, whatever the outer ones are.
 *
 * @param stepMillis of the inner steps
 */
public record SubqueryOp(
    VectorOp inner,
    long rangeMillis,
    long stepMillis,
    long offsetMillis,
    @Nullable Long fixedMillis)
    implements RangeOp {
  @Override
  public RangeCursor open(Evaluation evaluation, Steps steps) {
    WindowTimes windows = windows(steps);
    long first = firstMillis(windows);
    long last = windows.lastEndMillis();
    if (first > last) {
      return new Nothing();
    }
    evaluation.hold(Math.addExact((last - first) / stepMillis, 1));
    return new Cursor(evaluation, new Steps(first, last, stepMillis));
  }

  private long firstMillis(WindowTimes windows) {
    long behind = windows.firstEndMillis() - rangeMillis;
    long first = behind / stepMillis * stepMillis;
    return first <= behind ? first + stepMillis : first;
  }

  /** The inner steps of outer ones among which there are some that have any. */
  private Steps innerSteps(Steps steps) {
    WindowTimes windows = windows(steps);
    return new Steps(firstMillis(windows), windows.lastEndMillis(), stepMillis);
  }

  /** A column, and its points once more with their times, where there are gaps. */
  private static void hold(Evaluation evaluation, long values) {
    evaluation.hold(values);
    evaluation.holdBytes(values * (Long.BYTES + Double.BYTES));
  }

  @Override
  public WindowTimes windows(Steps steps) {
    return new WindowTimes(steps, rangeMillis, offsetMillis, fixedMillis);
  }

  private record Nothing() implements RangeCursor {
    @Override
    public boolean nameDropped(int series) {
      return false;
    }

    @Override
    public boolean next(SeriesBatch batch) {
      batch.clear();
      return false;
    }

    @Override
    public void close() {}
  }

  private final class Cursor implements RangeCursor {
    private final VectorStream stream;
    private final VectorBatch columns;
    private final long[] times;

    Cursor(Evaluation evaluation, Steps innerSteps) {
      // What the points are made of does not count, they do where they are looked at.
      StepCounts uncounted = new StepCounts(innerSteps, false);
      this.columns = new VectorBatch(innerSteps.count(), values -> hold(evaluation, values));
      this.times = new long[innerSteps.count()];
      for (int i = 0; i < times.length; i++) {
        times[i] = innerSteps.time(i);
      }
      // Last, so that nothing is left open where it does not come to be.
      this.stream =
          inner.open(evaluation.counting(uncounted, SubqueryOp.this::innerSteps), innerSteps);
    }

    @Override
    public boolean nameDropped(int series) {
      return columns.nameDropped(series);
    }

    @Override
    public boolean next(SeriesBatch batch) {
      batch.clear();
      if (!stream.next(columns)) {
        return false;
      }
      for (int i = 0; i < columns.count(); i++) {
        add(i, batch);
      }
      return true;
    }

    /** Where every step has a point, the times are shared; otherwise the gaps close up. */
    private void add(int series, SeriesBatch batch) {
      double[] column = columns.column(series);
      @Nullable Histogram[] histograms = columns.histograms(series);
      if (histograms != null) {
        forgetResets(histograms);
      }
      int present = 0;
      for (int i = 0; i < column.length; i++) {
        present += isPresent(column, histograms, i) ? 1 : 0;
      }
      if (present == column.length) {
        batch.add(columns.labels(series), times, column, histograms, null, present);
        return;
      }
      long[] presentTimes = new long[present];
      double[] presentValues = new double[present];
      @Nullable Histogram[] presentHistograms = histograms == null ? null : new Histogram[present];
      int at = 0;
      for (int i = 0; i < column.length; i++) {
        if (isPresent(column, histograms, i)) {
          presentTimes[at] = times[i];
          presentValues[at] = column[i];
          if (histograms != null && presentHistograms != null) {
            presentHistograms[at] = histograms[i];
          }
          at++;
        }
      }
      batch.add(
          columns.labels(series), presentTimes, presentValues, presentHistograms, null, present);
    }

    /** Samples come here more than once or not at all: what they say of the one before is moot. */
    private static void forgetResets(@Nullable Histogram[] histograms) {
      for (int i = 0; i < histograms.length; i++) {
        Histogram histogram = histograms[i];
        if (histogram != null && histogram.reset() != CounterReset.GAUGE) {
          histograms[i] = histogram.withReset(CounterReset.UNKNOWN);
        }
      }
    }

    private static boolean isPresent(
        double[] column, @Nullable Histogram @Nullable [] histograms, int step) {
      return Points.isPresent(column[step]) || histograms != null && histograms[step] != null;
    }

    @Override
    public void close() {
      stream.close();
    }
  }
}
