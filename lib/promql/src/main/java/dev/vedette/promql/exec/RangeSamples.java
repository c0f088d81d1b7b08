package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import java.util.List;

/** One series of a range vector, as a {@link RangeFunction} sees it. Valid during the call only. */
public final class RangeSamples {
  private final Windows windows;
  private final List<double[]> arguments;
  private final Evaluation evaluation;
  private Labels labels = Labels.EMPTY;
  private long[] timestamps = new long[0];
  private double[] values = new double[0];
  private long[] liveTimestamps = new long[0];
  private double[] liveValues = new double[0];
  private int size;

  RangeSamples(Windows windows, List<double[]> arguments, Evaluation evaluation) {
    this.windows = windows;
    this.arguments = List.copyOf(arguments);
    this.evaluation = evaluation;
  }

  /** Points it at a series; staleness markers are left out. */
  void show(Labels series, long[] newTimestamps, double[] newValues, int newSize) {
    labels = series;
    timestamps = newTimestamps;
    values = newValues;
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
    int live = 0;
    for (int i = 0; i < size; i++) {
      if (Points.isPresent(values[i])) {
        liveTimestamps[live] = timestamps[i];
        liveValues[live++] = values[i];
      }
    }
    timestamps = liveTimestamps;
    values = liveValues;
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

  public int size() {
    return size;
  }

  /** Value of a scalar argument at a step. */
  public double argument(int index, int step) {
    return arguments.get(index)[step];
  }

  public Evaluation evaluation() {
    return evaluation;
  }
}
