package dev.vedette.promql.exec;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest sample of each series at each step, not older than the lookback. A staleness marker is
 * "no point" in the column as it is in storage, so values are simply gathered.
 *
 * @param timestamps whether to give the samples' times in seconds instead of their values
 */
public record SelectOp(
    List<LabelMatcher> matchers,
    long lookbackMillis,
    long offsetMillis,
    @Nullable Long fixedMillis,
    boolean timestamps)
    implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    WindowTimes windows = new WindowTimes(steps, lookbackMillis, offsetMillis, fixedMillis);
    Selection selection =
        new Selection(
            matchers, windows.firstEndMillis() - lookbackMillis + 1, windows.lastEndMillis());
    return new Stream(
        evaluation,
        new Windows(windows),
        evaluation.source().select(evaluation.tenant(), selection));
  }

  private final class Stream implements VectorStream {
    private final Evaluation evaluation;
    private final Windows windows;
    private final SeriesCursor cursor;
    private final SeriesBatch samples = new SeriesBatch();

    Stream(Evaluation evaluation, Windows windows, SeriesCursor cursor) {
      this.evaluation = evaluation;
      this.windows = windows;
      this.cursor = cursor;
    }

    @Override
    public boolean next(VectorBatch batch) {
      batch.clear();
      while (batch.count() == 0 && cursor.next(samples)) {
        windows.forget();
        long read = 0;
        for (int i = 0; i < samples.count(); i++) {
          read += samples.size(i);
          gather(i, batch);
        }
        evaluation.read(samples.count(), read);
      }
      return batch.count() > 0;
    }

    private void gather(int series, VectorBatch batch) {
      double[] values = samples.values(series);
      long[] times = samples.timestamps(series);
      windows.locate(times, samples.size(series));
      double[] column = batch.nextColumn();
      boolean any = false;
      for (int step = 0; step < column.length; step++) {
        int newest = windows.to(step) - 1;
        double value = newest < windows.from(step) ? Points.NONE : values[newest];
        boolean present = Points.isPresent(value);
        any |= present;
        column[step] = timestamps && present ? times[newest] / 1000.0 : value;
      }
      if (any) {
        batch.add(samples.labels(series), false);
      }
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
