package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function of each point by itself, in place.
 *
 * @param histograms what becomes of points that are histograms
 */
public record MapOp(
    VectorOp inner,
    List<ScalarOp> arguments,
    PointFunction function,
    HistogramFunction histograms,
    NameRule names)
    implements VectorOp {
  public MapOp {
    arguments = List.copyOf(arguments);
  }

  /** A function of numbers. */
  public MapOp(VectorOp inner, List<ScalarOp> arguments, PointFunction function, NameRule names) {
    this(inner, arguments, function, HistogramFunction.IGNORED, names);
  }

  /** A function of a point and the scalar arguments at its step. */
  @FunctionalInterface
  public interface PointFunction {
    /** May give {@link Points#NONE}; is not asked where there is no point. */
    double apply(double value, Arguments arguments, int step);
  }

  /** Scalar arguments, a column each, and the query that they are of. */
  public record Arguments(List<double[]> columns, Evaluation evaluation) {
    public double get(int index, int step) {
      return columns.get(index)[step];
    }
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    Arguments values =
        new Arguments(
            arguments.stream().map(argument -> argument.evaluate(evaluation, steps)).toList(),
            evaluation);
    VectorStream stream = inner.open(evaluation, steps);
    return new VectorStream() {
      @Override
      public boolean next(VectorBatch batch) {
        while (stream.next(batch)) {
          for (int i = 0; i < batch.count(); i++) {
            apply(batch.column(i), values);
            applyToHistograms(batch, i, values);
            names.apply(batch, i);
          }
          batch.dropEmpty();
          if (batch.count() > 0) {
            return true;
          }
        }
        return false;
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }

  private void apply(double[] column, Arguments values) {
    for (int step = 0; step < column.length; step++) {
      double value = column[step];
      if (Points.isPresent(value)) {
        column[step] = function.apply(value, values, step);
      }
    }
  }

  private void applyToHistograms(VectorBatch batch, int series, Arguments values) {
    @Nullable Histogram[] points = batch.histograms(series);
    if (points == null) {
      return;
    }
    PointColumn column = PointColumn.with(batch.column(series));
    for (int step = 0; step < points.length; step++) {
      Histogram point = points[step];
      if (point != null) {
        histograms.apply(point, values, step, column);
      }
    }
    batch.setHistograms(series, column.histograms());
  }
}
