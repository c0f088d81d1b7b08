package dev.vedette.promql.functions;

import dev.vedette.promql.exec.Windows;

/**
 * Carries the difference of the first and last sample of a window on to the window's ends, as
 * Prometheus does: by at most half the average distance of samples where the next one is missing,
 * and for counters not below zero.
 *
 * @param firstMillis time of the first sample
 * @param lastMillis time of the last one
 * @param gaps samples less one
 * @param first value of the first one, or how many observations it has
 * @param difference of last and first, or how many observations more
 * @param startMillis when the counter of the first sample began, 0 where that is not known
 */
record Extrapolation(
    long firstMillis,
    long lastMillis,
    int gaps,
    double first,
    double difference,
    long startMillis) {
  // A gap of up to a tenth more than the average distance still counts as regular scraping.
  private static final double REGULAR = 1.1;

  /** Seconds to an end of the window, or what is allowed of them. */
  static double reach(double seconds, double average) {
    return seconds >= average * REGULAR ? average / 2 : seconds;
  }

  /** Whether the counter is known to have been zero at a time in the window. */
  boolean beginsInside(Windows windows, int step) {
    return startMillis != 0 && startMillis > windows.startMillis(step) && startMillis < firstMillis;
  }

  /** What to multiply the difference of a counter that begins inside the window with. */
  double factorFromStart(Windows windows, int step) {
    double sampled = (lastMillis - startMillis) / 1000.0;
    double average = gaps == 0 ? 0 : (lastMillis - firstMillis) / 1000.0 / gaps;
    return factor(sampled, 0, reach(toEnd(windows, step), average));
  }

  /** What to multiply the difference with. */
  double factor(Windows windows, int step, boolean counter) {
    double sampled = (lastMillis - firstMillis) / 1000.0;
    double average = sampled / gaps;
    double toStart = reach((firstMillis - windows.startMillis(step)) / 1000.0, average);
    if (counter && difference > 0 && first >= 0) {
      toStart = Math.min(toStart, sampled * (first / difference));
    }
    return factor(sampled, toStart, reach(toEnd(windows, step), average));
  }

  private double toEnd(Windows windows, int step) {
    return (windows.endMillis(step) - lastMillis) / 1000.0;
  }

  private static double factor(double sampled, double toStart, double toEnd) {
    return sampled == 0 ? 1 : (sampled + toStart + toEnd) / sampled;
  }
}
