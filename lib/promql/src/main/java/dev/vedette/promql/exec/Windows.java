package dev.vedette.promql.exec;

/**
 * Which samples of a series are in each step's window. Worked out by two pointers, once an array of
 * timestamps: neighbours that share theirs share the answer.
 */
public final class Windows {
  private final WindowTimes times;
  private final int[] from;
  private final int[] to;
  private long[] located = new long[0];
  private int locatedSize = -1;
  private long samples;

  public Windows(WindowTimes times) {
    this.times = times;
    this.from = new int[times.steps().count()];
    this.to = new int[times.steps().count()];
  }

  /** Finds the windows of the first {@code size} timestamps, which ascend. */
  @SuppressWarnings("ReferenceEquality") // Series that share an array are what this is for.
  public void locate(long[] timestamps, int size) {
    if (timestamps == located && size == locatedSize) {
      return;
    }
    located = timestamps;
    locatedSize = size;
    int low = 0;
    int high = 0;
    samples = 0;
    for (int step = 0; step < from.length; step++) {
      long end = times.endMillis(step);
      long start = end - times.rangeMillis();
      while (high < size && timestamps[high] <= end) {
        high++;
      }
      while (low < size && timestamps[low] <= start) {
        low++;
      }
      from[step] = low;
      to[step] = high;
      samples += high - low;
    }
  }

  /** Forgets the last timestamps; for a caller that writes others into the same array. */
  public void forget() {
    locatedSize = -1;
  }

  public int steps() {
    return from.length;
  }

  /** Index of the first sample in the window. */
  public int from(int step) {
    return from[step];
  }

  /** Index behind the last sample in the window. */
  public int to(int step) {
    return to[step];
  }

  /** Samples in all windows, those in several of them as often. */
  public long samples() {
    return samples;
  }

  public long endMillis(int step) {
    return times.endMillis(step);
  }

  public long startMillis(int step) {
    return times.endMillis(step) - times.rangeMillis();
  }

  public long rangeMillis() {
    return times.rangeMillis();
  }

  /** Time of the step itself, wherever its window is. */
  public long stepMillis(int step) {
    return times.steps().time(step);
  }
}
