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
    private final BucketSamples samples;
    private final MixedBuckets mixed;

    Stream(
        Evaluation evaluation,
        Steps steps,
        TierChoice.Chosen chosen,
        BucketFunction function,
        MixedBuckets mixed,
        SeriesCursor cursor) {
      super(evaluation, cursor, mixed.floats().windows());
      this.evaluation = evaluation;
      this.steps = steps;
      this.chosen = chosen;
      this.function = function;
      this.samples = mixed.floats();
      this.mixed = mixed;
    }

    @Override
    void ofFloats(int series, VectorBatch batch) {
      samples.show(read, series);
      if (chosen.isRawThere() && !function.ofSeries().isKnown(samples)) {
        ofSamples(samples.labels(), batch);
        return;
      }
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
      mixed.show(read, series);
      PointColumn column = PointColumn.in(batch.nextColumn());
      if (!function.ofMixed().apply(mixed, column)) {
        ofSamples(read.labels(series), batch);
      } else if (column.anyPresent()) {
        Labels labels = read.labels(series);
        batch.add(raw.names().labels(labels), raw.names().delays(labels), column.histograms());
      }
    }

    /** A series of which buckets cannot say it is read as it is. */
    private void ofSamples(Labels labels, VectorBatch batch) {
      if (!chosen.isRawThere()) {
        throw new InvalidRequest(
            ErrorId.TIER_UNFIT,
            "%s of histograms as %s needs samples as they were, of which a part is gone"
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

  /** The range of one series alone. */
  private RangeOp only(Labels labels) {
    List<LabelMatcher> matchers = new ArrayList<>();
    labels.forEach(label -> matchers.add(LabelMatcher.equal(label.name(), label.value())));
    RangeSelectOp some =
        new RangeSelectOp(
            matchers,
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
