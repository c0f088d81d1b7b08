package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import dev.vedette.promql.parse.SourceRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples of one series of a range vector that are numbers, as a {@link RangeFunction} sees them.
 * Valid during the call only.
 */
public final class RangeSamples {
  private final Windows windows;
  private final List<double[]> arguments;
  private final Notes notes;
  private Labels labels = Labels.EMPTY;
  private long[] timestamps = new long[0];
  private double[] values = new double[0];
  private long @Nullable [] starts;
  private long[] liveTimestamps = new long[0];
  private double[] liveValues = new double[0];
  private int size;

  /**
   * @param where the function's first argument stands in the expression
   */
  RangeSamples(
      Windows windows, List<double[]> arguments, Evaluation evaluation, SourceRange where) {
    this.windows = windows;
    this.arguments = List.copyOf(arguments);
    this.notes = evaluation.notes(where);
  }

  /**
   * Points it at a series; staleness markers are left out.
   *
   * @param newStarts start timestamps, null where they are not known or not to be looked at
   */
  void show(
      Labels series,
      long[] newTimestamps,
      double[] newValues,
      long @Nullable [] newStarts,
      int newSize) {
    labels = series;
    timestamps = newTimestamps;
    values = newValues;
    starts = newStarts;
    size = newSize;
    for (int i = 0; i < newSize; i++) {
      if (Points.isNone(newValues[i])) {
        leaveOutStale();
        break;
      }
    }
    windows.locate(timestamps, size);
  }

  private void leaveOutStale() {
    if (liveTimestamps.length < size) {
      liveTimestamps = new long[size];
      liveValues = new double[size];
    }
    long[] liveStarts = starts == null ? null : new long[size];
    int live = 0;
    for (int i = 0; i < size; i++) {
      if (Points.isPresent(values[i])) {
        liveTimestamps[live] = timestamps[i];
        liveValues[live] = values[i];
        if (starts != null && liveStarts != null) {
          liveStarts[live] = starts[i];
        }
        live++;
      }
    }
    timestamps = liveTimestamps;
    values = liveValues;
    starts = liveStarts;
    size = live;
    windows.forget();
  }

  public Windows windows() {
    return windows;
  }

  public Labels labels() {
    return labels;
  }

  public long timestamp(int sample) {
    return timestamps[sample];
  }

  public double value(int sample) {
    return values[sample];
  }

  /** Values of all samples; longer than {@link #size()}. Not to be changed. */
  public double[] values() {
    return values;
  }

  /** Whether any sample may have a start timestamp. */
  public boolean hasStarts() {
    return starts != null;
  }

  /** When the counter of a sample began, 0 where that is not known. */
  public long start(int sample) {
    return starts == null ? 0 : starts[sample];
  }

  public int size() {
    return size;
  }

  /** Value of a scalar argument at a step. */
  public double argument(int index, int step) {
    return arguments.get(index)[step];
  }

  /** Where the function leaves what it has to say. */
  public Notes notes() {
    return notes;
  }

  public void warn(String text) {
    notes.warn(text);
  }

  public void info(String text) {
    notes.info(text);
  }
}
