package dev.vedette.promql.exec;

/** What a function of a range vector makes of a series that has histograms. Stateless. */
@FunctionalInterface
public interface MixedFunction {
  /** Sets the points of the steps that have a result, in a column that has none. */
  void apply(MixedSamples samples, PointColumn out);
}
