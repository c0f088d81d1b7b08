package dev.vedette.promql.explain;

import dev.vedette.model.Selection;
import java.util.List;
import java.util.OptionalLong;

/** What was read from the source for one selector, by any number of threads. */
public final class PlanRead {
  private final Selection selection;
  private final OptionalLong estimatedSeries;
  private final List<String> pushedDown;
  // Guarded by this.
  private long series;
  private long samples;
  private long bytes;
  private long nanos;

  PlanRead(Selection selection, OptionalLong estimatedSeries, List<String> pushedDown) {
    this.selection = selection;
    this.estimatedSeries = estimatedSeries;
    this.pushedDown = List.copyOf(pushedDown);
  }

  /** What the source was asked for: all of it, matchers, time and buckets, is its work. */
  public Selection selection() {
    return selection;
  }

  /** How many series the source thought that there would be, where it has an idea. */
  public OptionalLong estimatedSeries() {
    return estimatedSeries;
  }

  /** What the source did for it, in order: {@code matchers}, {@code time}, {@code rate}. */
  public List<String> pushedDown() {
    return pushedDown;
  }

  public synchronized long series() {
    return series;
  }

  public synchronized long samples() {
    return samples;
  }

  /** Bytes of the samples, decoded. */
  public synchronized long bytes() {
    return bytes;
  }

  /** Time that the source took, in nanoseconds; of several threads that of each. */
  public synchronized long nanos() {
    return nanos;
  }

  /** Counts a batch of series. */
  public synchronized void add(long moreSeries, long moreSamples, long moreBytes) {
    series += moreSeries;
    samples += moreSamples;
    bytes += moreBytes;
  }

  /** Counts time. */
  public synchronized void took(long moreNanos) {
    nanos += moreNanos;
  }
}
