package dev.vedette.promql.functions;

import dev.vedette.promql.exec.MixedSamples;
import dev.vedette.promql.exec.RangeSamples;

/**
 * What start timestamps say of counters. 0 stands for unknown, and so does one that is not before
 * its sample.
 */
final class StartTimes {
  private StartTimes() {}

  /** A sample's time and when its counter began. */
  record Started(long startMillis, long millis) {
    static Started of(RangeSamples samples, int sample) {
      return new Started(samples.start(sample), samples.timestamp(sample));
    }

    static Started of(MixedSamples samples, int sample) {
      return new Started(samples.start(sample), samples.timestamp(sample));
    }
  }

  /** Whether the counter of a sample began only after the sample before it. */
  static boolean isReset(Started before, Started sample) {
    long start = sample.startMillis();
    if (start == 0 || start >= sample.millis() || start < before.millis()) {
      return false;
    }
    if (start > before.millis()) {
      return true;
    }
    // Began with the sample before: a delta, or a counter whose beginning nobody knew then either.
    return before.startMillis() != 0 && before.startMillis() < before.millis();
  }

  /** Whether a sample counts what the one before it counted as well. */
  static boolean overlaps(Started before, Started sample) {
    long start = sample.startMillis();
    return start != 0 && start < before.millis() && start != before.startMillis();
  }
}
