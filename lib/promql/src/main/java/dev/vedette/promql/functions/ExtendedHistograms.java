package dev.vedette.promql.functions;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.exec.MixedFunction;
import dev.vedette.promql.exec.MixedSamples;
import dev.vedette.promql.exec.PointColumn;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.RangeFunction;
import dev.vedette.promql.exec.Windows;
import dev.vedette.promql.functions.HistogramRate.HistogramAdder;
import dev.vedette.promql.histogram.CounterResets;
import dev.vedette.promql.histogram.HistogramMath;
import dev.vedette.promql.parse.Expr.Extension;
import org.jspecify.annotations.Nullable;

/**
 * Functions of {@code anchored} and {@code smoothed} ranges, for series that have histograms.
 *
 * @param extended the function
 * @param floats the same for series of numbers
 */
record ExtendedHistograms(Extended extended, RangeFunction floats) implements MixedFunction {
  /** The value of a {@code smoothed} instant selector, whose window is its lookback. */
  static final MixedFunction POINT = ExtendedHistograms::points;

  @Override
  public void apply(MixedSamples samples, PointColumn out) {
    boolean counts = extended.name().equals("changes") || extended.name().equals("resets");
    if (!counts) {
      floats.apply(samples.floats(), out.values());
    }
    for (int step = 0; step < out.steps(); step++) {
      if (counts) {
        countFromAnchor(samples, step, out);
      } else {
        difference(samples, step, out);
      }
    }
  }

  private void countFromAnchor(MixedSamples samples, int step, PointColumn out) {
    int from = samples.windows().from(step);
    int to = samples.windows().to(step);
    if (from == to) {
      return;
    }
    int anchor = Math.max(earliest(samples, step), from - 1);
    out.set(
        step,
        extended.name().equals("changes")
            ? MixedFunctions.changes(samples, anchor, to)
            : MixedFunctions.resets(samples, anchor, to));
  }

  /** Index of the first sample that is near enough to the window. */
  private int earliest(MixedSamples samples, int step) {
    long limit = samples.windows().startMillis(step) - extended.reachMillis();
    int index = samples.windows().from(step);
    while (index > 0 && samples.timestamp(index - 1) > limit) {
      index--;
    }
    return index;
  }

  /** Index behind the last sample that is near enough to the window. */
  private int latest(MixedSamples samples, int step) {
    int index = samples.windows().to(step);
    if (extended.extension() == Extension.SMOOTHED) {
      long limit = samples.windows().endMillis(step) + extended.reachMillis();
      while (index < samples.size() && samples.timestamp(index) <= limit) {
        index++;
      }
    }
    return index;
  }

  private void difference(MixedSamples samples, int step, PointColumn out) {
    int from = earliest(samples, step);
    int to = latest(samples, step);
    int histograms = samples.histograms(from, to);
    if (histograms == 0) {
      return;
    }
    out.set(step, Points.NONE);
    if (histograms < to - from) {
      samples.warn(AnnotationTexts.mixedRange(samples.labels().metricName()));
      return;
    }
    Histogram result = new Window(samples, step).difference(from, to);
    if (result != null) {
      out.set(step, result);
    }
  }

  /** The window of one step, all of histograms. */
  private final class Window {
    private final MixedSamples samples;
    private final HistogramAdder adder;
    private final long start;
    private final long end;
    private final double seconds;
    private final boolean smoothed = extended.extension() == Extension.SMOOTHED;

    Window(MixedSamples samples, int step) {
      Windows windows = samples.windows();
      this.samples = samples;
      this.adder = new HistogramAdder(samples);
      this.start = windows.startMillis(step);
      this.end = windows.endMillis(step);
      this.seconds = windows.rangeMillis() / 1000.0;
    }

    /** Right end less left end, and what was lost by resets between; null for no result. */
    @Nullable Histogram difference(int from, int to) {
      int first = from;
      while (first + 1 < to - 1 && samples.timestamp(first + 1) <= start) {
        first++;
      }
      int last = to - 1;
      if (smoothed) {
        last = from;
        while (last < to - 1 && samples.timestamp(last) < end) {
          last++;
        }
      }
      boolean outside =
          samples.timestamp(last) <= start || smoothed && samples.timestamp(first) > end;
      if (outside || !areAlike(first, last)) {
        return null;
      }
      Histogram left = left(first);
      Histogram right = right(last);
      if (left == null || right == null) {
        return null;
      }
      boolean gauges = left.reset() == CounterReset.GAUGE && right.reset() == CounterReset.GAUGE;
      if (!extended.isCounter() && !gauges) {
        samples.warn(AnnotationTexts.notGauge(samples.labels().metricName()));
      }
      Histogram result = adder.subtract(right, left);
      if (extended.isCounter() && result != null) {
        result = withResets(result, first, last, left, right);
      }
      return result == null ? null : finish(result);
    }

    private Histogram finish(Histogram result) {
      Histogram scaled =
          extended.name().equals("rate") ? HistogramMath.divide(result, seconds) : result;
      return HistogramMath.compact(scaled).withReset(CounterReset.GAUGE);
    }

    private boolean areAlike(int first, int last) {
      String metric = samples.labels().metricName();
      for (int i = first; i <= last; i++) {
        Histogram histogram = samples.histogram(i);
        if (!HistogramMath.areCompatible(histogram, samples.histogram(first))) {
          samples.warn(AnnotationTexts.mixedSchemas(metric));
          return false;
        }
        if (extended.isCounter() && histogram.reset() == CounterReset.GAUGE) {
          samples.warn(AnnotationTexts.notCounter(metric));
        }
      }
      return true;
    }

    private @Nullable Histogram left(int first) {
      return smoothed && samples.timestamp(first) < start
          ? between(samples, adder, first, start, extended.isCounter())
          : samples.histogram(first);
    }

    private @Nullable Histogram right(int last) {
      return smoothed && last > 0 && samples.timestamp(last) > end
          ? between(samples, adder, last - 1, end, extended.isCounter())
          : samples.histogram(last);
    }

    /** Adds what the counter had reached before each reset between both ends. */
    private @Nullable Histogram withResets(
        Histogram difference, int first, int last, Histogram left, Histogram right) {
      int next = first + 1;
      Histogram before = left;
      boolean leftIsBehindReset =
          smoothed
              && samples.timestamp(first) < start
              && CounterResets.between(samples.histogram(first), samples.histogram(next));
      if (leftIsBehindReset) {
        before = samples.histogram(next);
        next++;
      }
      if (next > last) {
        return difference;
      }
      Histogram result = difference;
      for (int i = next; i <= last; i++) {
        // The last sample may have been replaced by a value of the window's end.
        Histogram after = i == last ? right : samples.histogram(i);
        if (CounterResets.between(before, after)) {
          result = adder.add(result, before);
          if (result == null) {
            return null;
          }
        }
        before = after;
      }
      return result;
    }
  }

  /**
   * The histogram at a time from a sample on to the next; a counter that was reset rises from zero.
   */
  private static @Nullable Histogram between(
      MixedSamples samples, HistogramAdder adder, int sample, long millis, boolean counter) {
    Histogram before = samples.histogram(sample);
    Histogram after = samples.histogram(sample + 1);
    long from = samples.timestamp(sample);
    long to = samples.timestamp(sample + 1);
    if (millis == from) {
      return before;
    }
    if (millis == to) {
      return after;
    }
    double fraction = (double) (millis - from) / (to - from);
    boolean reset =
        HistogramMath.areCompatible(before, after) && CounterResets.between(before, after);
    if (counter && reset) {
      return HistogramMath.multiply(after, fraction);
    }
    Histogram rise = adder.subtract(after, before);
    return rise == null ? null : adder.add(HistogramMath.multiply(rise, fraction), before);
  }

  private static void points(MixedSamples samples, PointColumn out) {
    for (int step = 0; step < out.steps(); step++) {
      Windows windows = samples.windows();
      int to = windows.to(step);
      if (windows.from(step) < to) {
        point(samples, to - 1, step, out);
      }
    }
  }

  private static void point(MixedSamples samples, int last, int step, PointColumn out) {
    Windows windows = samples.windows();
    long time = windows.endMillis(step);
    int next = last + 1;
    boolean carried =
        samples.timestamp(last) == time
            || next == samples.size()
            || samples.timestamp(next) > time + windows.rangeMillis();
    if (!carried && samples.isHistogram(last) != samples.isHistogram(next)) {
      samples.warn(AnnotationTexts.mixedRange(samples.labels().metricName()));
      return;
    }
    if (!samples.isHistogram(last)) {
      out.set(
          step,
          carried
              ? samples.value(last)
              : samples.value(last)
                  + (samples.value(next) - samples.value(last))
                      * (time - samples.timestamp(last))
                      / (samples.timestamp(next) - samples.timestamp(last)));
      return;
    }
    boolean counter = samples.histogram(last).reset() != CounterReset.GAUGE;
    Histogram point =
        carried
            ? samples.histogram(last)
            : between(samples, new HistogramAdder(samples), last, time, counter);
    if (point != null) {
      out.set(step, point);
    }
  }
}
