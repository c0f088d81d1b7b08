package dev.vedette.tsdb.head;

import dev.vedette.model.HistogramSample;
import org.jspecify.annotations.Nullable;

/**
 * What a series has in memory since its first sample that a plain one could not be, a histogram or
 * a float whose start timestamp has no place in {@link SeriesStarts}: that and all that followed,
 * of any kind. In order, and late beside that.
 */
final class WideSeries {
  // Of what is logged one in so many is whole, so that a damaged record costs few others.
  private static final int WHOLE_EVERY = 32;

  final WideRun inOrder = new WideRun();
  private volatile @Nullable WideRun late;

  // The writer's: the histogram that was logged last, while the next may be written as its change.
  private @Nullable HistogramSample logged;
  private int changes;

  @Nullable WideRun late() {
    return late;
  }

  /**
   * Logs a histogram, as a change of the one logged before where that can be. The writer's.
   *
   * @param follows whether it is newer than all others of the series, and those are all logged
   */
  void log(HeadLog.Records records, int ref, HistogramSample sample, boolean follows) {
    HistogramSample before = follows ? logged : null;
    if (before != null
        && changes < WHOLE_EVERY - 1
        && sample.histogram().hasColumnsOf(before.histogram())) {
      records.histogram(ref, sample, before);
      changes++;
    } else {
      records.histogram(ref, sample.timestampMillis(), sample.histogram(), sample.startMillis());
      changes = 0;
    }
    logged = follows ? sample : null;
  }

  /** The late samples, to add one. The writer's. */
  WideRun lateToWrite() {
    WideRun known = late;
    if (known == null) {
      known = new WideRun();
      late = known;
    }
    return known;
  }

  boolean isEmpty() {
    WideRun behind = late;
    return inOrder.isEmpty() && (behind == null || behind.isEmpty());
  }

  /** The samples of a closed range of time, the late ones in place of those at their times. */
  void copy(long start, long end, SampleRun into) {
    into.clear();
    WideRun behind = late;
    if (behind == null || behind.isEmpty()) {
      inOrder.copy(start, end, into);
      return;
    }
    SampleRun first = new SampleRun();
    inOrder.copy(start, end, first);
    SampleRun second = new SampleRun();
    behind.copy(start, end, second);
    into.merge(first, second);
  }

  long minMillis() {
    WideRun behind = late;
    return Math.min(inOrder.minMillis(), behind == null ? Long.MAX_VALUE : behind.minMillis());
  }

  long maxMillis() {
    WideRun behind = late;
    return Math.max(
        inOrder.newestBelow(Long.MAX_VALUE),
        behind == null ? Long.MIN_VALUE : behind.newestBelow(Long.MAX_VALUE));
  }

  long lateBytes() {
    WideRun behind = late;
    return behind == null || behind.isEmpty() ? 0 : behind.bytes();
  }

  int lateSamples() {
    WideRun behind = late;
    return behind == null ? 0 : behind.samples();
  }
}
