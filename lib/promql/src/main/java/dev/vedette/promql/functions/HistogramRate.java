package dev.vedette.promql.functions;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.AnnotationTexts.Operation;
import dev.vedette.promql.exec.MixedSamples;
import dev.vedette.promql.exec.Windows;
import dev.vedette.promql.functions.StartTimes.Started;
import dev.vedette.promql.histogram.CounterResets;
import dev.vedette.promql.histogram.HistogramMath;
import org.jspecify.annotations.Nullable;

/**
 * {@code rate}, {@code increase} and {@code delta} of a window of histograms: as of numbers, bucket
 * by bucket, at the lowest resolution in the window.
 */
record HistogramRate(boolean counter, boolean perSecond) implements MixedFunctions.HistogramWindow {
  @Override
  public @Nullable Histogram apply(MixedSamples samples, int from, int to, int step) {
    HistogramAdder adder = new HistogramAdder(samples);
    Histogram difference = null;
    if (to - from > 1) {
      difference = difference(samples, from, to, adder);
      if (difference == null) {
        return null;
      }
    }
    Windows windows = samples.windows();
    Extrapolation ends =
        new Extrapolation(
            samples.timestamp(from),
            samples.timestamp(to - 1),
            (int) samples.count(from, to) - 1,
            samples.histogram(from).count(),
            difference == null ? 0 : difference.count(),
            samples.start(from));
    double per = perSecond ? windows.rangeMillis() / 1000.0 : 1;
    if (counter && ends.beginsInside(windows, step)) {
      Histogram first = samples.histogram(from);
      Histogram increase = difference == null ? first : adder.add(difference, first);
      return increase == null
          ? null
          : HistogramMath.multiply(increase, ends.factorFromStart(windows, step) / per);
    }
    return difference == null
        ? null
        : HistogramMath.multiply(difference, ends.factor(windows, step, counter) / per);
  }

  /** Last less first, and what was lost by resets between; null where they do not go together. */
  private @Nullable Histogram difference(
      MixedSamples samples, int from, int to, HistogramAdder adder) {
    noteKind(samples, from, to);
    // Nothing of a first sample counts if the counter was reset right behind it.
    boolean skipsFirst = counter && isReset(samples, from + 1);
    int begin = skipsFirst ? from + 1 : from;
    Histogram last = samples.histogram(to - 1);
    int schema = last.layout().schema();
    for (int i = begin; i < to - 1; i++) {
      Histogram each = samples.histogram(i);
      if (counter || i == begin) {
        if (!HistogramMath.areCompatible(each, last)) {
          samples.warn(AnnotationTexts.mixedSchemas(samples.labels().metricName()));
          return null;
        }
        schema = Math.min(schema, each.layout().schema());
      }
    }
    Histogram result = HistogramMath.reduce(last, schema);
    if (!skipsFirst) {
      result = adder.subtract(result, samples.histogram(from));
    }
    for (int i = begin + 1; counter && result != null && i < to; i++) {
      if (isReset(samples, i)) {
        result = adder.add(result, samples.histogram(i - 1));
      }
    }
    return result == null ? null : HistogramMath.compact(result).withReset(CounterReset.GAUGE);
  }

  private void noteKind(MixedSamples samples, int from, int to) {
    boolean overlaps = false;
    boolean anyGauge = false;
    for (int i = from; i < to; i++) {
      anyGauge |= samples.histogram(i).reset() == CounterReset.GAUGE;
      overlaps |=
          i > from && StartTimes.overlaps(Started.of(samples, i - 1), Started.of(samples, i));
    }
    String metric = samples.labels().metricName();
    if (counter && anyGauge) {
      samples.warn(AnnotationTexts.notCounter(metric));
    }
    if (counter && overlaps) {
      samples.warn(AnnotationTexts.startOverlaps(metric));
    }
    boolean endsAreGauges =
        samples.histogram(from).reset() == CounterReset.GAUGE
            && samples.histogram(to - 1).reset() == CounterReset.GAUGE;
    if (!counter && !endsAreGauges) {
      samples.warn(AnnotationTexts.notGauge(metric));
    }
  }

  /** Whether the counter began anew between a sample and the one before it. */
  static boolean isReset(MixedSamples samples, int sample) {
    return StartTimes.isReset(Started.of(samples, sample - 1), Started.of(samples, sample))
        || CounterResets.between(samples.histogram(sample - 1), samples.histogram(sample));
  }

  /** Adds and subtracts, and says what there is to say about it. */
  record HistogramAdder(MixedSamples samples) {
    /** The sum, null where the two do not go together. */
    @Nullable Histogram add(Histogram a, Histogram b) {
      return HistogramMath.areCompatible(a, b)
          ? note(HistogramMath.add(a, b), Operation.ADDITION)
          : refuse();
    }

    /** The difference, null where the two do not go together. */
    @Nullable Histogram subtract(Histogram a, Histogram b) {
      return HistogramMath.areCompatible(a, b)
          ? note(HistogramMath.subtract(a, b), Operation.SUBTRACTION)
          : refuse();
    }

    private @Nullable Histogram refuse() {
      samples.warn(AnnotationTexts.mixedSchemas(samples.labels().metricName()));
      return null;
    }

    private Histogram note(HistogramMath.Combined combined, Operation operation) {
      if (combined.boundsReconciled()) {
        samples.info(AnnotationTexts.boundsReconciled(operation));
      }
      return combined.histogram();
    }
  }
}
