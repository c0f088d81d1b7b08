package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;

/** What a function of single points makes of a histogram. */
@FunctionalInterface
public interface HistogramFunction {
  /** Nothing: the function is one of numbers. */
  HistogramFunction IGNORED = (_, _, _, _) -> {};

  /** Sets the point at a step to a number or a histogram, or leaves it out. */
  void apply(Histogram point, MapOp.Arguments arguments, int step, PointColumn out);
}
