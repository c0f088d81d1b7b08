package dev.vedette.promql.functions;

import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.RangeFunction;
import dev.vedette.promql.exec.RangeSamples;
import dev.vedette.promql.exec.Windows;

/**
 * {@code rate}, {@code increase} and {@code delta}: the difference of the last and the first sample
 * of a window, carried on to the window's ends as Prometheus does: by at most half the average
 * distance of samples where the next one is missing, and for counters not below zero.
 *
 * <p>Resets of the counter are found once a series, so that a window without one, which is nearly
 * every window, costs the same however many samples it has.
 */
record Rate(boolean counter, boolean perSecond) implements RangeFunction {
  // A gap of up to a tenth more than the average distance still counts as regular scraping.
  private static final double REGULAR = 1.1;

  @Override
  public void apply(RangeSamples samples, double[] out) {
    Windows windows = samples.windows();
    int[] resets = counter ? resets(samples) : new int[0];
    int firstReset = 0;
    boolean any = false;
    for (int step = 0; step < out.length; step++) {
      int from = windows.from(step);
      int to = windows.to(step);
      if (to - from < 2) {
        out[step] = Points.NONE;
        continue;
      }
      double difference = samples.value(to - 1) - samples.value(from);
      while (firstReset < resets.length && resets[firstReset] <= from) {
        firstReset++;
      }
      for (int i = firstReset; i < resets.length && resets[i] < to; i++) {
        difference += samples.value(resets[i] - 1);
      }
      out[step] = extrapolate(samples, step, difference);
      any = true;
    }
    if (counter && any) {
      noteName(samples);
    }
  }

  private static void noteName(RangeSamples samples) {
    String name = samples.labels().metricName();
    boolean usual =
        name.isEmpty()
            || name.endsWith("_total")
            || name.endsWith("_sum")
            || name.endsWith("_count")
            || name.endsWith("_bucket");
    if (!usual) {
      samples
          .evaluation()
          .annotations()
          .info(
              ("metric might not be a counter, name does not end in"
                      + " _total/_sum/_count/_bucket: \"%s\"")
                  .formatted(name));
    }
  }

  /** Indices of samples lower than the one before. */
  private static int[] resets(RangeSamples samples) {
    double[] values = samples.values();
    int count = 0;
    for (int i = 1; i < samples.size(); i++) {
      count += values[i] < values[i - 1] ? 1 : 0;
    }
    int[] resets = new int[count];
    int at = 0;
    for (int i = 1; at < count; i++) {
      if (values[i] < values[i - 1]) {
        resets[at++] = i;
      }
    }
    return resets;
  }

  private double extrapolate(RangeSamples samples, int step, double difference) {
    Windows windows = samples.windows();
    int first = windows.from(step);
    int last = windows.to(step) - 1;
    double sampled = (samples.timestamp(last) - samples.timestamp(first)) / 1000.0;
    double average = sampled / (last - first);
    double threshold = average * REGULAR;
    double toStart = (samples.timestamp(first) - windows.startMillis(step)) / 1000.0;
    double toEnd = (windows.endMillis(step) - samples.timestamp(last)) / 1000.0;
    if (toStart >= threshold) {
      toStart = average / 2;
    }
    if (counter && difference > 0 && samples.value(first) >= 0) {
      double toZero = sampled * (samples.value(first) / difference);
      toStart = Math.min(toStart, toZero);
    }
    if (toEnd >= threshold) {
      toEnd = average / 2;
    }
    double factor = (sampled + toStart + toEnd) / sampled;
    if (perSecond) {
      factor /= windows.rangeMillis() / 1000.0;
    }
    return difference * factor;
  }

  /** {@code irate} and {@code idelta}: of the last two samples only. */
  static RangeFunction ofLastTwo(boolean ofCounter) {
    return RangeFunction.ofWindow(
        (samples, from, to, _) -> {
          if (to - from < 2) {
            return Points.NONE;
          }
          double last = samples.value(to - 1);
          double before = samples.value(to - 2);
          long millis = samples.timestamp(to - 1) - samples.timestamp(to - 2);
          double difference = ofCounter && last < before ? last : last - before;
          return ofCounter ? difference / (millis / 1000.0) : difference;
        });
  }
}
