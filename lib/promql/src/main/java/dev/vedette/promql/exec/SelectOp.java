package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.promql.parse.SourceRange;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The newest sample of each series at each step, not older than the lookback. A staleness marker is
 * "no point" in the column as it is in storage, so values are simply gathered.
 *
 * @param shown what of each sample the points are
 * @param hinted whether histograms are to say if the counter was reset before them
 * @param where it stands in the expression
 * @param onlyLabels the only labels that are looked at; empty for all
 */
public record SelectOp(
    List<LabelMatcher> matchers,
    long lookbackMillis,
    long offsetMillis,
    @Nullable Long fixedMillis,
    Shown shown,
    boolean hinted,
    SourceRange where,
    Optional<Set<String>> onlyLabels)
    implements VectorOp {
  public SelectOp(
      List<LabelMatcher> matchers,
      long lookbackMillis,
      long offsetMillis,
      @Nullable Long fixedMillis,
      Shown shown,
      boolean hinted,
      SourceRange where) {
    this(
        matchers,
        lookbackMillis,
        offsetMillis,
        fixedMillis,
        shown,
        hinted,
        where,
        Optional.empty());
  }

  /** What of a sample a point is. */
  public enum Shown {
    VALUE,
    /** Its time in seconds. */
    TIME,
    /** Its start timestamp in seconds, 0 where it is not known. */
    START_TIME
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    TierNeed need =
        new TierNeed(
            new WindowTimes(steps, lookbackMillis, offsetMillis, fixedMillis),
            0,
            shown == Shown.START_TIME ? TierNeed.Kind.SAMPLES : TierNeed.Kind.NEWEST,
            !hinted,
            shown == Shown.START_TIME ? "start_timestamp" : "a selector");
    TierChoice.Chosen chosen = evaluation.chooseTier(need, evaluation.notes(where));
    WindowTimes windows = chosen.windows();
    Selection selection =
        new Selection(
            matchers,
            windows.firstEndMillis() - windows.rangeMillis() + 1,
            windows.lastEndMillis(),
            chosen.resolutionMillis(),
            Set.of(),
            enough(steps));
    SeriesCursor cursor = evaluation.source().select(evaluation.tenant(), selection);
    return ParallelStream.of(
        evaluation,
        hinted ? new ResetHints(cursor) : cursor,
        windows,
        (each, read) -> new Stream(each, new Windows(windows), read));
  }

  private Selection.Enough enough(Steps steps) {
    boolean isOneWindow = steps.count() == 1 || fixedMillis != null;
    return new Selection.Enough(isOneWindow && !hinted, onlyLabels);
  }

  /** The same for who looks at some labels only, and at points. */
  public SelectOp withLabels(Set<String> names) {
    return new SelectOp(
        matchers,
        lookbackMillis,
        offsetMillis,
        fixedMillis,
        shown,
        hinted,
        where,
        Optional.of(Set.copyOf(names)));
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
      @Nullable Histogram[] histograms = samples.histograms(series);
      if (shown != Shown.VALUE || histograms != null) {
        gatherOthers(series, batch);
        return;
      }
      int present = 0;
      for (int step = 0; step < column.length; step++) {
        int newest = windows.to(step) - 1;
        double value = newest < windows.from(step) ? Points.NONE : values[newest];
        present += Points.isPresent(value) ? 1 : 0;
        column[step] = value;
      }
      if (present > 0) {
        evaluation.counts().points(column, present);
        batch.add(samples.labels(series), false);
      }
    }

    /** Points that are not simply the values. */
    private void gatherOthers(int series, VectorBatch batch) {
      PointColumn column = PointColumn.in(batch.nextColumn());
      for (int step = 0; step < column.steps(); step++) {
        int newest = windows.to(step) - 1;
        if (newest >= windows.from(step)) {
          show(series, newest, step, column);
        }
      }
      if (column.anyPresent()) {
        evaluation.counts().points(column.values(), column.histograms());
        batch.add(samples.labels(series), false, column.histograms());
      }
    }

    private void show(int series, int sample, int step, PointColumn column) {
      @Nullable Histogram[] histograms = samples.histograms(series);
      Histogram histogram = histograms == null ? null : histograms[sample];
      double value = samples.values(series)[sample];
      boolean present = histogram == null ? Points.isPresent(value) : !histogram.isStale();
      if (!present) {
        return;
      }
      switch (shown) {
        case VALUE -> {
          if (histogram == null) {
            column.set(step, value);
          } else {
            column.set(step, histogram);
          }
        }
        case TIME -> column.set(step, samples.timestamps(series)[sample] / 1000.0);
        case START_TIME -> {
          long[] starts = samples.starts(series);
          column.set(step, starts == null ? 0 : starts[sample] / 1000.0);
        }
      }
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
