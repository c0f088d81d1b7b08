package dev.vedette.promql.exec;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Buckets of one series of a range vector, as a {@link BucketFunction} sees them: those with
 * samples, whole ones in each window. Valid during the call only.
 */
public final class BucketSamples {
  private final Windows windows;
  private final Set<BucketColumn> columns;
  private final Notes notes;
  private Labels labels = Labels.EMPTY;
  private long[] lastMillis = {};
  private double[] last = {};
  private @Nullable BucketColumns buckets;
  private int size;

  BucketSamples(Windows windows, Set<BucketColumn> columns, Notes notes) {
    this.windows = windows;
    this.columns = columns;
    this.notes = notes;
  }

  /** Points it at a series. */
  void show(SeriesBatch batch, int series) {
    labels = batch.labels(series);
    lastMillis = batch.timestamps(series);
    last = batch.values(series);
    buckets = batch.buckets(series);
    size = batch.size(series);
    for (int i = 0; i < size; i++) {
      if (Points.isNone(last[i])) {
        leaveOutMarkers();
        break;
      }
    }
    windows.locate(lastMillis, size);
  }

  private void leaveOutMarkers() {
    BucketColumns all = Objects.requireNonNull(buckets);
    int[] kept = new int[size];
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (Points.isPresent(last[i])) {
        kept[count++] = i;
      }
    }
    BucketColumns left = new BucketColumns();
    for (BucketColumn column : columns) {
      left.set(column, take(all.get(column), kept, count));
    }
    if (columns.contains(BucketColumn.FIRST)) {
      left.setFirstMillis(take(all.firstMillis(), kept, count));
    }
    last = take(last, kept, count);
    lastMillis = take(lastMillis, kept, count);
    buckets = left;
    size = count;
  }

  private static double[] take(double[] all, int[] kept, int count) {
    double[] taken = new double[count];
    for (int i = 0; i < count; i++) {
      taken[i] = all[kept[i]];
    }
    return taken;
  }

  private static long[] take(long[] all, int[] kept, int count) {
    long[] taken = new long[count];
    for (int i = 0; i < count; i++) {
      taken[i] = all[kept[i]];
    }
    return taken;
  }

  public Windows windows() {
    return windows;
  }

  public Labels labels() {
    return labels;
  }

  /** Buckets of the series; arrays may be longer. */
  public int size() {
    return size;
  }

  /** A column that the function has asked for. */
  public double[] column(BucketColumn column) {
    return Objects.requireNonNull(buckets, "BUG: buckets without columns").get(column);
  }

  /** Times of the first samples, where {@link BucketColumn#FIRST} was asked for. */
  public long[] firstMillis() {
    return Objects.requireNonNull(buckets, "BUG: buckets without columns").firstMillis();
  }

  public long[] lastMillis() {
    return lastMillis;
  }

  /** Values of the last samples. */
  public double[] last() {
    return last;
  }

  public void info(String text) {
    notes.info(text);
  }
}
