package dev.vedette.promql.functions;

import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.RangeFunction;
import dev.vedette.promql.exec.RangeSamples;
import dev.vedette.promql.exec.Windows;
import dev.vedette.promql.parse.Expr.Extension;
import java.util.List;
import java.util.Optional;

/**
 * Functions of {@code anchored} and {@code smoothed} ranges, which look at samples just outside the
 * window: anchored at the last one before it, smoothed also at the first one behind it, with values
 * at both ends by linear interpolation. Neither extrapolates.
 *
 * @param reachMillis how far outside the window a sample may be
 */
record Extended(String name, Extension extension, long reachMillis) {
  private static final List<String> SMOOTHED = List.of("delta", "increase", "rate");
  private static final List<String> ANCHORED =
      List.of("changes", "delta", "increase", "rate", "resets");

  /** Names of the functions an extension is made for. */
  static List<String> names(Extension extension) {
    return extension == Extension.SMOOTHED ? SMOOTHED : ANCHORED;
  }

  Optional<RangeFunction> function() {
    if (!names(extension).contains(name)) {
      return Optional.empty();
    }
    return Optional.of(
        (samples, out) -> {
          for (int step = 0; step < out.length; step++) {
            out[step] =
                extension == Extension.SMOOTHED ? smoothed(samples, step) : anchored(samples, step);
          }
        });
  }

  boolean isCounter() {
    return !name.equals("delta");
  }

  private double scale(RangeSamples samples, double difference) {
    return name.equals("rate")
        ? difference / (samples.windows().rangeMillis() / 1000.0)
        : difference;
  }

  /** Index of the last sample before the window that is near enough, or -1. */
  private int before(RangeSamples samples, int step) {
    int index = samples.windows().from(step) - 1;
    boolean near =
        index >= 0 && samples.timestamp(index) > samples.windows().startMillis(step) - reachMillis;
    return near ? index : -1;
  }

  /** Index of the first sample behind the window that is near enough, or -1. */
  private int behind(RangeSamples samples, int step) {
    int index = samples.windows().to(step);
    boolean near =
        index < samples.size()
            && samples.timestamp(index) <= samples.windows().endMillis(step) + reachMillis;
    return near ? index : -1;
  }

  private double anchored(RangeSamples samples, int step) {
    Windows windows = samples.windows();
    int to = windows.to(step);
    if (windows.from(step) == to) {
      return Points.NONE;
    }
    int before = before(samples, step);
    int from = before < 0 ? windows.from(step) : before;
    return switch (name) {
      case "changes" -> OverTime.changes(samples, from, to, step);
      case "resets" -> OverTime.resets(samples, from, to, step);
      default -> {
        double difference = samples.value(to - 1) - samples.value(from);
        for (int i = from + 1; i < to && isCounter(); i++) {
          if (samples.value(i) < samples.value(i - 1)) {
            difference += samples.value(i - 1);
          }
        }
        yield scale(samples, difference);
      }
    };
  }

  private double smoothed(RangeSamples samples, int step) {
    Windows windows = samples.windows();
    int from = windows.from(step);
    int to = windows.to(step);
    int before = before(samples, step);
    int behind = behind(samples, step);
    if (from == to && (before < 0 || behind < 0)) {
      return Points.NONE;
    }
    double left =
        before < 0
            ? samples.value(from)
            : between(samples, before, from, windows.startMillis(step), isCounter());
    double right =
        behind < 0
            ? samples.value(to - 1)
            : from == to && before < 0
                ? samples.value(behind)
                : between(samples, to - 1, behind, windows.endMillis(step), isCounter());
    double difference = right - left;
    if (isCounter()) {
      double last = left;
      for (int i = from; i < to; i++) {
        double value = samples.value(i);
        difference += value < last ? last : 0;
        last = value;
      }
      difference += right < last ? last : 0;
    }
    return scale(samples, difference);
  }

  /** The value at a time between two samples; a counter that was reset rises from zero. */
  private static double between(
      RangeSamples samples, int left, int right, long millis, boolean counter) {
    double from = samples.value(left);
    double to = samples.value(right);
    long start = samples.timestamp(left);
    if (millis == start) {
      return from;
    }
    if (counter && to < from) {
      from = 0;
    }
    return from + (to - from) * (millis - start) / (samples.timestamp(right) - start);
  }

  /** The value of a {@code smoothed} instant selector, whose window is its lookback. */
  static double point(RangeSamples samples, int from, int to, int step) {
    Windows windows = samples.windows();
    long time = windows.endMillis(step);
    boolean hasNext = to < samples.size() && samples.timestamp(to) <= time + windows.rangeMillis();
    return hasNext ? between(samples, to - 1, to, time, false) : samples.value(to - 1);
  }
}
