package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.Invariant;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Up to {@value #CAPACITY} series of a vector, each a column of one value a step, and one of
 * histograms where it has any. The reader may change columns in place, and keeps one by {@link
 * #take}; all others are used again.
 */
public final class VectorBatch {
  public static final int CAPACITY = SeriesBatch.CAPACITY;

  private final int steps;
  private final LongConsumer columnMade;
  private @Nullable Labels[] labels = new Labels[CAPACITY];
  private boolean[] nameDropped = new boolean[CAPACITY];
  private double[] @Nullable [] columns = new double[CAPACITY][];
  private @Nullable Histogram[] @Nullable [] histograms = new Histogram[CAPACITY][];
  private int count;
  // Columns written to since it was made, up to the capacity; those for which columnMade was asked.
  private int written;
  private int told;

  /** For a reader that counts what it keeps itself, or keeps nothing for long. */
  public VectorBatch(int steps) {
    this(steps, _ -> {});
  }

  /**
   * For columns so long that each must be allowed for: one for each series and one more, as many as
   * the batch has, however many series come at a time.
   *
   * @param columnMade told the values of a column before it takes memory; throws to refuse it
   */
  VectorBatch(int steps, LongConsumer columnMade) {
    this.steps = steps;
    this.columnMade = columnMade;
    tellColumns(0);
  }

  public void clear() {
    Arrays.fill(labels, 0, count, null);
    Arrays.fill(histograms, 0, count, null);
    count = 0;
  }

  public boolean isFull() {
    return count == CAPACITY;
  }

  public int count() {
    return count;
  }

  public int steps() {
    return steps;
  }

  /** A column to write to; it becomes a series by {@link #add}. Holds anything. */
  public double[] nextColumn() {
    double[] column = columns[count];
    if (column == null) {
      column = new double[steps];
      columns[count] = column;
    }
    return column;
  }

  /** Adds the series whose values are in {@link #nextColumn}. */
  public void add(Labels series, boolean dropName) {
    add(series, dropName, null);
  }

  /** The same with histograms, null where none of its points is one. */
  public void add(Labels series, boolean dropName, @Nullable Histogram @Nullable [] points) {
    put(series, dropName, points);
    tellColumns(1);
  }

  /** So many more were written to, and there will be another. */
  private void tellColumns(int more) {
    written = Math.min(CAPACITY, written + more);
    for (; told < Math.min(CAPACITY, written + 1); told++) {
      columnMade.accept(steps);
    }
  }

  private void put(Labels series, boolean dropName, @Nullable Histogram @Nullable [] points) {
    Invariant.check(columns[count] != null, "BUG: series %d without a column", count);
    labels[count] = series;
    nameDropped[count] = dropName;
    histograms[count] = points;
    count++;
  }

  /** Adds a series with columns of its own. */
  public void add(Series series) {
    columns[count] = series.values();
    put(series.labels(), series.nameDropped(), series.histograms());
  }

  public Labels labels(int series) {
    Labels found = labels[series];
    Invariant.check(found != null, "BUG: no series %d in the batch", series);
    return Objects.requireNonNull(found);
  }

  public boolean nameDropped(int series) {
    return nameDropped[series];
  }

  public double[] column(int series) {
    return Objects.requireNonNull(columns[series]);
  }

  /** Histograms of a series, null where none of its points is one. */
  public @Nullable Histogram @Nullable [] histograms(int series) {
    return histograms[series];
  }

  /** Replaces the histograms of a series. */
  public void setHistograms(int series, @Nullable Histogram @Nullable [] points) {
    histograms[series] = points;
  }

  public void relabel(int series, Labels newLabels, boolean dropName) {
    labels[series] = newLabels;
    nameDropped[series] = dropName;
  }

  /** Hands a series over for good. */
  public Series take(int series) {
    Series taken =
        new Series(labels(series), nameDropped[series], column(series), histograms[series]);
    columns[series] = null;
    return taken;
  }

  /** Has this batch hold what the other holds, and the other one what this one did. */
  void swap(VectorBatch other) {
    Invariant.check(steps == other.steps, "BUG: %d steps for %d", other.steps, steps);
    tellColumns(other.count);
    @Nullable Labels[] itsLabels = other.labels;
    other.labels = labels;
    labels = itsLabels;
    boolean[] itsDropped = other.nameDropped;
    other.nameDropped = nameDropped;
    nameDropped = itsDropped;
    double[] @Nullable [] itsColumns = other.columns;
    other.columns = columns;
    columns = itsColumns;
    @Nullable Histogram[] @Nullable [] itsHistograms = other.histograms;
    other.histograms = histograms;
    histograms = itsHistograms;
    int itsCount = other.count;
    other.count = count;
    count = itsCount;
  }

  /** Drops series without any point. */
  public void dropEmpty() {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (Points.any(column(i), steps) || Points.any(histograms[i])) {
        double[] column = columns[kept];
        columns[kept] = columns[i];
        columns[i] = column;
        labels[kept] = labels[i];
        nameDropped[kept] = nameDropped[i];
        histograms[kept] = histograms[i];
        kept++;
      }
    }
    Arrays.fill(labels, kept, count, null);
    Arrays.fill(histograms, kept, count, null);
    count = kept;
  }
}
