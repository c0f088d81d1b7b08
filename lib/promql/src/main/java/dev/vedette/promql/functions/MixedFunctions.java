package dev.vedette.promql.functions;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.AnnotationTexts.Operation;
import dev.vedette.promql.exec.MixedFunction;
import dev.vedette.promql.exec.MixedSamples;
import dev.vedette.promql.exec.PointColumn;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.RangeFunction;
import dev.vedette.promql.exec.Windows;
import dev.vedette.promql.functions.HistogramRate.HistogramAdder;
import dev.vedette.promql.histogram.HistogramMath;
import dev.vedette.promql.histogram.HistogramSum;
import org.jspecify.annotations.Nullable;

/** What functions of range vectors make of series that have histograms. */
final class MixedFunctions {
  private MixedFunctions() {}

  /** A function of a window that has histograms only, at least one; null for no result. */
  @FunctionalInterface
  interface HistogramWindow {
    @Nullable Histogram apply(MixedSamples samples, int from, int to, int step);
  }

  /** A function of a window of samples of any kind, at least one, that gives a number. */
  @FunctionalInterface
  interface AnyWindow {
    double apply(MixedSamples samples, int from, int to);
  }

  /** A function of numbers: histograms among them are ignored, which is said. */
  static MixedFunction ofFloats(RangeFunction function) {
    return (samples, out) -> {
      function.apply(samples.floats(), out.values());
      for (int step = 0; step < out.steps(); step++) {
        Windows windows = samples.windows();
        int histograms = samples.histograms(windows.from(step), windows.to(step));
        int all = windows.to(step) - windows.from(step);
        if (histograms > 0 && histograms < all) {
          samples.info(AnnotationTexts.ignoredInRange(samples.labels().metricName()));
        }
      }
    };
  }

  /** One function for windows of numbers, one for windows of histograms, none for a mix. */
  static MixedFunction separate(RangeFunction floats, HistogramWindow histograms) {
    return (samples, out) -> {
      floats.apply(samples.floats(), out.values());
      boolean any = false;
      for (int step = 0; step < out.steps(); step++) {
        int from = samples.windows().from(step);
        int to = samples.windows().to(step);
        int count = samples.histograms(from, to);
        if (count == 0) {
          any |= Points.isPresent(out.values()[step]);
          continue;
        }
        out.set(step, Points.NONE);
        if (count < to - from) {
          samples.warn(AnnotationTexts.mixedRange(samples.labels().metricName()));
          continue;
        }
        Histogram result = histograms.apply(samples, from, to, step);
        if (result != null) {
          out.set(step, result);
        }
      }
      if (any) {
        floats.noteResults(samples.floats());
      }
    };
  }

  /** A number of any samples. */
  static MixedFunction ofAny(AnyWindow function) {
    return (samples, out) -> {
      for (int step = 0; step < out.steps(); step++) {
        int from = samples.windows().from(step);
        int to = samples.windows().to(step);
        if (from < to) {
          out.set(step, function.apply(samples, from, to));
        }
      }
    };
  }

  /** The first or the last sample itself. */
  static MixedFunction sample(boolean first) {
    return (samples, out) -> {
      for (int step = 0; step < out.steps(); step++) {
        int from = samples.windows().from(step);
        int to = samples.windows().to(step);
        if (from < to) {
          show(samples, first ? from : to - 1, step, out);
        }
      }
    };
  }

  private static void show(MixedSamples samples, int sample, int step, PointColumn out) {
    if (samples.isHistogram(sample)) {
      out.set(step, samples.histogram(sample));
    } else {
      out.set(step, samples.value(sample));
    }
  }

  static double changes(MixedSamples samples, int from, int to) {
    int changes = 0;
    for (int i = from + 1; i < to; i++) {
      changes += isChange(samples, i) ? 1 : 0;
    }
    return changes;
  }

  private static boolean isChange(MixedSamples samples, int sample) {
    if (samples.isHistogram(sample) != samples.isHistogram(sample - 1)) {
      return true;
    }
    if (samples.isHistogram(sample)) {
      return !HistogramMath.areEqual(samples.histogram(sample - 1), samples.histogram(sample));
    }
    double value = samples.value(sample);
    double before = samples.value(sample - 1);
    return value != before && !(Double.isNaN(value) && Double.isNaN(before));
  }

  static double resets(MixedSamples samples, int from, int to) {
    int resets = 0;
    for (int i = from + 1; i < to; i++) {
      resets += isReset(samples, i) ? 1 : 0;
    }
    return resets;
  }

  private static boolean isReset(MixedSamples samples, int sample) {
    if (samples.isHistogram(sample) != samples.isHistogram(sample - 1)) {
      return true;
    }
    return samples.isHistogram(sample)
        ? HistogramRate.isReset(samples, sample)
        : isFloatReset(samples, sample);
  }

  private static boolean isFloatReset(MixedSamples samples, int sample) {
    return samples.value(sample) < samples.value(sample - 1)
        || StartTimes.isReset(
            StartTimes.Started.of(samples, sample - 1), StartTimes.Started.of(samples, sample));
  }

  /** {@code sum_over_time} and {@code avg_over_time}. */
  static @Nullable Histogram total(MixedSamples samples, int from, int to, boolean mean) {
    HistogramSum sum =
        HistogramSum.ofSum(samples.histogram(from), samples.count(from, from + 1), mean);
    for (int i = from + 1; i < to; i++) {
      if (!sum.accepts(samples.histogram(i))) {
        samples.warn(AnnotationTexts.mixedSchemas(samples.labels().metricName()));
        return null;
      }
      sum.add(samples.histogram(i), samples.count(i, i + 1));
    }
    if (sum.resetsCollide()) {
      samples.warn(AnnotationTexts.resetsCollide(Operation.AGGREGATION));
    }
    if (sum.boundsReconciled()) {
      samples.info(AnnotationTexts.boundsReconciled(Operation.AGGREGATION));
    }
    return sum.value();
  }

  /** {@code irate} and {@code idelta}: of the last two samples only. */
  static MixedFunction ofLastTwo(boolean counter) {
    return (samples, out) -> {
      for (int step = 0; step < out.steps(); step++) {
        int to = samples.windows().to(step);
        if (to - samples.windows().from(step) >= 2) {
          ofLastTwo(samples, to - 1, step, counter, out);
        }
      }
    };
  }

  private static void ofLastTwo(
      MixedSamples samples, int last, int step, boolean counter, PointColumn out) {
    if (samples.isHistogram(last) != samples.isHistogram(last - 1)) {
      samples.warn(AnnotationTexts.mixedRange(samples.labels().metricName()));
      return;
    }
    double seconds = counter ? (samples.timestamp(last) - samples.timestamp(last - 1)) / 1000.0 : 1;
    if (!samples.isHistogram(last)) {
      boolean reset = counter && isFloatReset(samples, last);
      double value = samples.value(last);
      out.set(step, (reset ? value : value - samples.value(last - 1)) / seconds);
      return;
    }
    Histogram difference = difference(samples, last, counter);
    if (difference != null) {
      Histogram compact = HistogramMath.compact(difference).withReset(CounterReset.GAUGE);
      out.set(step, counter ? HistogramMath.divide(compact, seconds) : compact);
    }
  }

  private static @Nullable Histogram difference(MixedSamples samples, int last, boolean counter) {
    Histogram before = samples.histogram(last - 1);
    Histogram after = samples.histogram(last);
    String metric = samples.labels().metricName();
    boolean bothGauges =
        before.reset() == CounterReset.GAUGE && after.reset() == CounterReset.GAUGE;
    boolean anyGauge = before.reset() == CounterReset.GAUGE || after.reset() == CounterReset.GAUGE;
    if (counter && anyGauge) {
      samples.warn(AnnotationTexts.notCounter(metric));
    }
    if (!counter && !bothGauges) {
      samples.warn(AnnotationTexts.notGauge(metric));
    }
    return counter && HistogramRate.isReset(samples, last)
        ? after
        : new HistogramAdder(samples).subtract(after, before);
  }
}
