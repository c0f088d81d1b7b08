package dev.vedette.promql.exec;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function over the range of a selector, of samples or of the buckets of a tier, as {@link
 * TierChoice} says.
 *
 * @param raw the function of samples
 * @param select the selector
 * @param buckets the function of buckets, null where they cannot say it
 * @param name of the function
 */
public record TierCallOp(
    RangeCallOp raw, RangeSelectOp select, @Nullable BucketFunction buckets, String name)
    implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    TierNeed need = select.need(steps, buckets != null, !raw.withStarts(), name);
    Notes notes = evaluation.notes(raw.where());
    TierChoice.Chosen chosen = evaluation.chooseTier(need, notes);
    if (chosen.isRaw() || buckets == null) {
      return raw.open(evaluation, steps);
    }
    WindowTimes windows = chosen.windows();
    Selection selection =
        new Selection(
            select.matchers(),
            windows.firstEndMillis() - windows.rangeMillis() + 1,
            windows.lastEndMillis(),
            chosen.resolutionMillis(),
            buckets.columns());
    return new Stream(
        evaluation,
        steps,
        chosen,
        buckets,
        selection,
        mixedBuckets(
            evaluation, windows, new BucketSamples(new Windows(windows), buckets.columns(), notes)),
        evaluation.source().select(evaluation.tenant(), selection));
  }

  private MixedBuckets mixedBuckets(
      Evaluation evaluation, WindowTimes windows, BucketSamples floats) {
    return new MixedBuckets(
        new Windows(windows), floats, samples(evaluation, windows), samples(evaluation, windows));
  }

  private MixedSamples samples(Evaluation evaluation, WindowTimes windows) {
    return new MixedSamples(
        new Windows(windows),
        new RangeSamples(new Windows(windows), List.of(), evaluation, raw.where()));
  }

  private final class Stream extends SeriesStream {
    private final Evaluation evaluation;
    private final Steps steps;
    private final TierChoice.Chosen chosen;
    private final BucketFunction function;
    private final Selection selection;
    private final BucketSamples samples;
    private final MixedBuckets mixed;

    Stream(
        Evaluation evaluation,
        Steps steps,
        TierChoice.Chosen chosen,
        BucketFunction function,
        Selection selection,
        MixedBuckets mixed,
        SeriesCursor cursor) {
      super(evaluation, cursor, mixed.floats().windows());
      this.evaluation = evaluation;
      this.steps = steps;
      this.chosen = chosen;
      this.function = function;
      this.selection = selection;
      this.samples = mixed.floats();
      this.mixed = mixed;
    }

    @Override
    void ofFloats(int series, VectorBatch batch) {
      if (!hasKnownSums(series)) {
        ofSamples(read.labels(series), batch);
        return;
      }
      samples.show(read, series);
      evaluation.counts().windows(samples.windows());
      double[] column = batch.nextColumn();
      function.ofSeries().apply(samples, column);
      if (Points.any(column, column.length)) {
        Labels labels = read.labels(series);
        batch.add(raw.names().labels(labels), raw.names().delays(labels));
      }
    }

    @Override
    void ofMixed(int series, VectorBatch batch) {
      if (!hasKnownSums(series)) {
        ofSamples(read.labels(series), batch);
        return;
      }
      mixed.show(read, series);
      PointColumn column = PointColumn.in(batch.nextColumn());
      if (!function.ofMixed().apply(mixed, column)) {
        ofSamples(read.labels(series), batch);
      } else if (column.anyPresent()) {
        Labels labels = read.labels(series);
        batch.add(raw.names().labels(labels), raw.names().delays(labels), column.histograms());
      }
    }

    /**
     * An infinite sum may be one of finite samples, whose mean is finite. Where samples are gone,
     * the buckets are looked at once more for what proves that it is not.
     */
    private boolean hasKnownSums(int series) {
      return !function.isMean()
          || !InfiniteSums.any(read, series)
          || !chosen.isRawThere()
              && InfiniteSums.areOfSamples(
                  evaluation, narrowed(read.labels(series)), read.labels(series));
    }

    private Selection narrowed(Labels labels) {
      return new Selection(
          matchers(labels),
          selection.startMillis(),
          selection.endMillis(),
          selection.resolutionMillis(),
          selection.columns());
    }

    /** A series of which buckets cannot say it is read as it is. */
    private void ofSamples(Labels labels, VectorBatch batch) {
      if (!chosen.isRawThere()) {
        throw new InvalidRequest(
            ErrorId.TIER_UNFIT,
            "%s of series as %s needs samples as they were, of which a part is gone"
                .formatted(name, labels),
            "ask for a later time, or of gauges for delta: tiers know neither what fell between two"
                + " gauges nor sums beyond the largest number");
      }
      VectorBatch found = new VectorBatch(steps.count());
      try (VectorStream stream = raw.over(only(labels)).open(evaluation, steps)) {
        while (stream.next(found)) {
          batch.add(found.take(0));
        }
      }
    }
  }

  /** One series, and those that have more labels. */
  private static List<LabelMatcher> matchers(Labels labels) {
    List<LabelMatcher> matchers = new ArrayList<>();
    labels.forEach(label -> matchers.add(LabelMatcher.equal(label.name(), label.value())));
    return matchers;
  }

  /** The range of one series alone. */
  private RangeOp only(Labels labels) {
    RangeSelectOp some =
        new RangeSelectOp(
            matchers(labels),
            select.rangeMillis(),
            select.offsetMillis(),
            select.fixedMillis(),
            select.reach(),
            select.hinted());
    return new RangeOp() {
      @Override
      public RangeCursor open(Evaluation evaluation, Steps steps) {
        return new OneSeries(some.open(evaluation, steps), labels);
      }

      @Override
      public WindowTimes windows(Steps steps) {
        return some.windows(steps);
      }
    };
  }

  /** Of series that have some labels the one that has no others. */
  private record OneSeries(RangeCursor inner, Labels labels) implements RangeCursor {
    @Override
    public boolean next(SeriesBatch batch) {
      SeriesBatch read = new SeriesBatch();
      batch.clear();
      while (inner.next(read)) {
        for (int i = 0; i < read.count(); i++) {
          if (read.labels(i).equals(labels)) {
            batch.add(
                read.labels(i),
                read.timestamps(i),
                read.values(i),
                read.histograms(i),
                read.starts(i),
                read.size(i));
            return true;
          }
        }
      }
      return false;
    }

    @Override
    public boolean nameDropped(int series) {
      return false;
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
