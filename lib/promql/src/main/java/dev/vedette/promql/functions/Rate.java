package dev.vedette.promql.functions;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricType;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.exec.BucketSamples;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.RangeFunction;
import dev.vedette.promql.exec.RangeSamples;
import dev.vedette.promql.exec.Windows;
import dev.vedette.promql.functions.StartTimes.Started;
import java.util.Optional;
import java.util.Set;

/**
 * {@code rate}, {@code increase} and {@code delta}: the difference of the last and the first sample
 * of a window, carried on to the window's ends as Prometheus does: by at most half the average
 * distance of samples where the next one is missing, and for counters not below zero.
 *
 * <p>Resets of the counter are found once a series, so that a window without one, which is nearly
 * every window, costs the same however many samples it has.
 *
 * @param byType whether a counter is known by the label of its type, not by its name
 */
record Rate(boolean counter, boolean perSecond, boolean byType) implements RangeFunction {
  private static final Set<String> COUNTER_TYPES =
      Set.of(MetricType.COUNTER.text(), MetricType.HISTOGRAM.text());

  @Override
  public void apply(RangeSamples samples, double[] out) {
    if (counter && samples.hasStarts()) {
      for (int step = 0; step < out.length; step++) {
        out[step] = ofStarted(samples, step);
      }
      return;
    }
    Windows windows = samples.windows();
    int[] resets = counter ? resets(samples) : new int[0];
    int firstReset = 0;
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
    }
  }

  @Override
  public void noteResults(RangeSamples samples) {
    doubt(samples.labels()).ifPresent(samples::info);
  }

  /** What there is to say of a series that does not look like a counter's. */
  private Optional<String> doubt(Labels labels) {
    String name = labels.metricName();
    if (!counter || name.isEmpty()) {
      return Optional.empty();
    }
    if (byType) {
      String type = labels.get(Labels.TYPE);
      return COUNTER_TYPES.contains(type)
          ? Optional.empty()
          : Optional.of(AnnotationTexts.noCounterType(name, type));
    }
    return isUsualName(name)
        ? Optional.empty()
        : Optional.of(AnnotationTexts.possiblyNoCounter(name));
  }

  private static boolean isUsualName(String name) {
    return name.endsWith("_total")
        || name.endsWith("_sum")
        || name.endsWith("_count")
        || name.endsWith("_bucket");
  }

  /** Of a counter whose samples say when it began: it was zero then. */
  private double ofStarted(RangeSamples samples, int step) {
    Windows windows = samples.windows();
    int from = windows.from(step);
    int to = windows.to(step);
    if (from == to) {
      return Points.NONE;
    }
    double difference = samples.value(to - 1) - samples.value(from);
    boolean overlaps = false;
    for (int i = from + 1; i < to; i++) {
      Started before = Started.of(samples, i - 1);
      Started sample = Started.of(samples, i);
      overlaps |= StartTimes.overlaps(before, sample);
      if (samples.value(i) < samples.value(i - 1) || StartTimes.isReset(before, sample)) {
        difference += samples.value(i - 1);
      }
    }
    if (overlaps) {
      samples.warn(AnnotationTexts.startOverlaps(samples.labels().metricName()));
    }
    Extrapolation ends =
        new Extrapolation(
            samples.timestamp(from),
            samples.timestamp(to - 1),
            to - 1 - from,
            samples.value(from),
            difference,
            samples.start(from));
    double per = perSecond ? windows.rangeMillis() / 1000.0 : 1;
    if (ends.beginsInside(windows, step)) {
      return (difference + samples.value(from)) * (ends.factorFromStart(windows, step) / per);
    }
    return ends.gaps() == 0 ? Points.NONE : difference * (ends.factor(windows, step, true) / per);
  }

  /** The same of the buckets of a tier. */
  void applyToBuckets(BucketSamples buckets, double[] out) {
    double[] first = buckets.column(BucketColumn.FIRST);
    double[] last = buckets.last();
    double[] counts = buckets.column(BucketColumn.COUNT);
    double[] resets = buckets.column(BucketColumn.RESETS);
    Windows windows = buckets.windows();
    boolean any = false;
    for (int step = 0; step < out.length; step++) {
      int from = windows.from(step);
      int to = windows.to(step);
      out[step] = Points.NONE;
      if (from == to) {
        continue;
      }
      double count = counts[from];
      double difference = last[to - 1] - first[from];
      difference = counter ? plus(difference, resets[from]) : difference;
      for (int i = from + 1; i < to; i++) {
        count += counts[i];
        if (counter) {
          difference = first[i] < last[i - 1] ? difference + last[i - 1] : difference;
          difference = plus(difference, resets[i]);
        }
      }
      if (count >= 2) {
        Extrapolation ends =
            new Extrapolation(
                buckets.firstMillis()[from],
                buckets.lastMillis()[to - 1],
                (int) count - 1,
                first[from],
                difference,
                0);
        double per = perSecond ? windows.rangeMillis() / 1000.0 : 1;
        out[step] = difference * (ends.factor(windows, step, counter) / per);
        any = true;
      }
    }
    if (any) {
      doubt(buckets.labels()).ifPresent(buckets::info);
    }
  }

  /** Nothing is added where there is nothing to add: it could turn -0 into 0. */
  private static double plus(double difference, double resets) {
    return resets == 0 ? difference : difference + resets;
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
    double toStart = (samples.timestamp(first) - windows.startMillis(step)) / 1000.0;
    double toEnd = (windows.endMillis(step) - samples.timestamp(last)) / 1000.0;
    toStart = Extrapolation.reach(toStart, average);
    if (counter && difference > 0 && samples.value(first) >= 0) {
      double toZero = sampled * (samples.value(first) / difference);
      toStart = Math.min(toStart, toZero);
    }
    toEnd = Extrapolation.reach(toEnd, average);
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
          boolean reset = ofCounter && (last < before || isReset(samples, to - 1));
          double difference = reset ? last : last - before;
          return ofCounter ? difference / (millis / 1000.0) : difference;
        });
  }

  private static boolean isReset(RangeSamples samples, int sample) {
    return samples.hasStarts()
        && StartTimes.isReset(Started.of(samples, sample - 1), Started.of(samples, sample));
  }
}
