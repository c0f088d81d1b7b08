package dev.vedette.promql.exec;

/** A function of a range vector, over all steps of one series. Stateless. */
@FunctionalInterface
public interface RangeFunction {
  /** Sets every entry of {@code out}; {@link Points#NONE} where there is no result. */
  void apply(RangeSamples samples, double[] out);

  /** Says what there is to say once a series has any result. */
  default void noteResults(RangeSamples samples) {}

  /** A function of each window by itself; windows without samples have no result. */
  static RangeFunction ofWindow(WindowFunction function) {
    return (samples, out) -> {
      Windows windows = samples.windows();
      for (int step = 0; step < out.length; step++) {
        int from = windows.from(step);
        int to = windows.to(step);
        out[step] = from == to ? Points.NONE : function.apply(samples, from, to, step);
      }
    };
  }

  /** A function of the samples {@code from} to {@code to}, at least one. */
  @FunctionalInterface
  interface WindowFunction {
    double apply(RangeSamples samples, int from, int to, int step);
  }
}
