package dev.vedette.tsdb.block;

import dev.vedette.tsdb.encode.GroupEncoder;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Series of a page as {@link DecodedPages} keeps them: those that somebody has read. Filled under
 * the lock of these, read without it: a column is there as a whole or not at all.
 */
final class DecodedPage {
  private static final long COLUMN_BYTES = 40;

  private final Runnable forget;
  private final AtomicReferenceArray<@Nullable Column> columns =
      new AtomicReferenceArray<>(GroupEncoder.SERIES_PER_PAGE);
  private long bytes;
  private boolean dropped;
  // By readers, without a lock: one that goes unseen only shortens the page's stay.
  private boolean read;

  /**
   * All samples of one series.
   *
   * @param timestamps shared by the series of a page that have the same
   * @param values null where all are the same
   * @param constant that one
   */
  @SuppressWarnings("ArrayRecordComponent") // of the cache alone
  record Column(long[] timestamps, double @Nullable [] values, double constant) {
    /** Of values that are this column's from now on, if they differ. */
    static Column of(long[] timestamps, double[] values) {
      long first = Double.doubleToRawLongBits(values[0]);
      for (int i = 1; i < timestamps.length; i++) {
        if (Double.doubleToRawLongBits(values[i]) != first) {
          return new Column(timestamps, values, 0);
        }
      }
      return new Column(timestamps, null, values[0]);
    }
  }

  /**
   * @param forget where it was found, when it is dropped
   */
  DecodedPage(Runnable forget) {
    this.forget = forget;
  }

  /**
   * Takes what is here of some series, once: whoever looks again may find less. Returns whether
   * these were all.
   *
   * @param first the page's first
   * @param into by place in the page
   */
  boolean read(int[] series, int count, int first, @Nullable Column[] into) {
    boolean all = true;
    for (int i = 0; i < count; i++) {
      int inPage = series[i] - first;
      Column column = columns.getAcquire(inPage);
      into[inPage] = column;
      all &= column != null;
    }
    if (all && !read) {
      read = true;
    }
    return all;
  }

  /** Under the lock. Returns how many bytes that takes, 0 where it is not taken. */
  long add(int series, Column column) {
    if (dropped || columns.getPlain(series) != null) {
      return 0;
    }
    long more = COLUMN_BYTES + timestampBytes(column);
    double[] values = column.values();
    if (values != null) {
      more += (long) Double.BYTES * values.length;
    }
    columns.setRelease(series, column);
    bytes += more;
    return more;
  }

  /** Those of an array that no other series here has. */
  @SuppressWarnings("ReferenceEquality") // Whether it is the shared array.
  private long timestampBytes(Column column) {
    for (int i = 0; i < columns.length(); i++) {
      Column other = columns.getPlain(i);
      if (other != null && other.timestamps() == column.timestamps()) {
        return 0;
      }
    }
    return (long) Long.BYTES * column.timestamps().length;
  }

  /** Under the lock. */
  long bytes() {
    return bytes;
  }

  /** Under the lock. */
  boolean isDropped() {
    return dropped;
  }

  /** Whether it was read since the last time that was asked. */
  boolean takeRead() {
    boolean was = read;
    read = false;
    return was;
  }

  /** Under the lock. Returns how many bytes it took. */
  long drop() {
    if (dropped) {
      return 0;
    }
    dropped = true;
    forget.run();
    return bytes;
  }
}
