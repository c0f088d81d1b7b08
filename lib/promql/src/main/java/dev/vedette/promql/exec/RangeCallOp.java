package dev.vedette.promql.exec;

import dev.vedette.model.SeriesCursor;
import dev.vedette.promql.parse.SourceRange;
import java.util.List;

/**
 * A function over a range vector.
 *
 * @param mixed the function for series that have histograms
 * @param where what it says is about: its first argument, in the expression
 * @param withStarts whether start timestamps of samples are looked at
 */
public record RangeCallOp(
    RangeFunction function,
    MixedFunction mixed,
    RangeOp range,
    List<ScalarOp> arguments,
    NameRule names,
    SourceRange where,
    boolean withStarts)
    implements VectorOp {
  public RangeCallOp {
    arguments = List.copyOf(arguments);
  }

  /** The same over another range. */
  RangeCallOp over(RangeOp other) {
    return new RangeCallOp(function, mixed, other, arguments, names, where, withStarts);
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    List<double[]> scalars =
        arguments.stream().map(argument -> argument.evaluate(evaluation, steps)).toList();
    WindowTimes windows = range.windows(steps);
    RangeCursor cursor = range.open(evaluation, steps);
    return ParallelStream.of(
        evaluation,
        cursor,
        windows,
        (each, read) -> {
          RangeSamples samples = new RangeSamples(new Windows(windows), scalars, each, where);
          MixedSamples mixed = new MixedSamples(new Windows(windows), samples);
          return new Stream(each, samples, mixed, read, cursor);
        });
  }

  private final class Stream extends SeriesStream {
    private final StepCounts counts;
    private final RangeSamples samples;
    private final MixedSamples mixedSamples;
    private final RangeCursor nameDrops;

    Stream(
        Evaluation evaluation,
        RangeSamples samples,
        MixedSamples mixedSamples,
        SeriesCursor cursor,
        RangeCursor nameDrops) {
      super(evaluation, cursor, samples.windows());
      this.counts = evaluation.counts();
      this.samples = samples;
      this.mixedSamples = mixedSamples;
      this.nameDrops = nameDrops;
    }

    @Override
    void ofFloats(int series, VectorBatch batch) {
      samples.show(
          read.labels(series),
          read.timestamps(series),
          read.values(series),
          withStarts ? read.starts(series) : null,
          read.size(series));
      counts.windows(samples.windows());
      double[] column = batch.nextColumn();
      function.apply(samples, column);
      if (Points.any(column, column.length)) {
        function.noteResults(samples);
        batch.add(names.labels(read.labels(series)), dropsLater(series));
      }
    }

    @Override
    void ofMixed(int series, VectorBatch batch) {
      mixedSamples.show(read, series, withStarts);
      counts.windows(mixedSamples.windows());
      PointColumn column = PointColumn.in(batch.nextColumn());
      mixed.apply(mixedSamples, column);
      if (column.anyPresent()) {
        batch.add(names.labels(read.labels(series)), dropsLater(series), column.histograms());
      }
    }

    private boolean dropsLater(int series) {
      return nameDrops.nameDropped(series) || names.delays(read.labels(series));
    }
  }
}
