package dev.vedette.promql.exec;

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
    long behind = windows.firstEndMillis() - rangeMillis;
    long first = behind / stepMillis * stepMillis;
    if (first <= behind) {
      first += stepMillis;
    }
    long last = windows.lastEndMillis();
    if (first > last) {
      return new Nothing();
    }
    evaluation.hold(Math.addExact((last - first) / stepMillis, 1));
    return new Cursor(evaluation, new Steps(first, last, stepMillis));
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
      this.stream = inner.open(evaluation, innerSteps);
      this.columns = new VectorBatch(innerSteps.count(), evaluation::hold);
      this.times = new long[innerSteps.count()];
      for (int i = 0; i < times.length; i++) {
        times[i] = innerSteps.time(i);
      }
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
        Series series = new Series(columns.labels(i), columns.nameDropped(i), columns.column(i));
        add(series, batch);
      }
      return true;
    }

    /** Where every step has a point, the times are shared; otherwise the gaps close up. */
    private void add(Series series, SeriesBatch batch) {
      double[] column = series.values();
      int present = 0;
      for (double value : column) {
        present += Points.isPresent(value) ? 1 : 0;
      }
      if (present == column.length) {
        batch.add(series.labels(), times, column, present);
        return;
      }
      long[] presentTimes = new long[present];
      double[] presentValues = new double[present];
      int at = 0;
      for (int i = 0; i < column.length; i++) {
        if (Points.isPresent(column[i])) {
          presentTimes[at] = times[i];
          presentValues[at++] = column[i];
        }
      }
      batch.add(series.labels(), presentTimes, presentValues, present);
    }

    @Override
    public void close() {
      stream.close();
    }
  }
}
