package dev.vedette.promql.exec;

import dev.vedette.model.SeriesBatch;
import java.util.List;

/** A function over a range vector. */
public record RangeCallOp(
    RangeFunction function, RangeOp range, List<ScalarOp> arguments, NameRule names)
    implements VectorOp {
  public RangeCallOp {
    arguments = List.copyOf(arguments);
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    List<double[]> scalars =
        arguments.stream().map(argument -> argument.evaluate(evaluation, steps)).toList();
    Windows windows = new Windows(range.windows(steps));
    return new Stream(
        evaluation, new RangeSamples(windows, scalars, evaluation), range.open(evaluation, steps));
  }

  private final class Stream implements VectorStream {
    private final Evaluation evaluation;
    private final RangeSamples samples;
    private final RangeCursor cursor;
    private final SeriesBatch read = new SeriesBatch();

    Stream(Evaluation evaluation, RangeSamples samples, RangeCursor cursor) {
      this.evaluation = evaluation;
      this.samples = samples;
      this.cursor = cursor;
    }

    @Override
    public boolean next(VectorBatch batch) {
      batch.clear();
      while (batch.count() == 0 && cursor.next(read)) {
        samples.windows().forget();
        long count = 0;
        for (int i = 0; i < read.count(); i++) {
          count += read.size(i);
          samples.show(read.labels(i), read.timestamps(i), read.values(i), read.size(i));
          double[] column = batch.nextColumn();
          function.apply(samples, column);
          if (Points.any(column, column.length)) {
            batch.add(
                names.labels(read.labels(i)),
                cursor.nameDropped(i) || names.delays(read.labels(i)));
          }
        }
        evaluation.read(read.count(), count);
      }
      return batch.count() > 0;
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
