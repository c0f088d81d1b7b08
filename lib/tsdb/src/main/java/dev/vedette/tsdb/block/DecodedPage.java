package dev.vedette.tsdb.block;

import dev.vedette.tsdb.encode.GroupEncoder;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Series of a page as {@link DecodedPages} keeps them: those that somebody has read. Filled under
 * the lock of these, read without it: a column is there as a whole or not at all.
 */
final class DecodedPage {
  // Its array of columns, and its place in the queue.
  private static final long PAGE_BYTES = 400;
  // With the header of the array of values.
  private static final long COLUMN_BYTES = 48;

  private final PagesOfBlock block;
  private final int number;
  private final AtomicReferenceArray<@Nullable Column> columns =
      new AtomicReferenceArray<>(GroupEncoder.SERIES_PER_PAGE);
  private long bytes;
  private boolean dropped;

  /**
   * All samples of one series.
   *
   * @param timestamps shared by the series of a page that have the same
   * @param values null where all are the same
   * @param constant that one
   */
  @SuppressWarnings("ArrayRecordComponent") // of the cache alone
  record Column(long[] timestamps, double @Nullable [] values, double constant) {
    int size() {
      return timestamps.length;
    }

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

  /** A page of a block, empty. */
  DecodedPage(PagesOfBlock block, int number) {
    this.block = block;
    this.number = number;
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
    return all;
  }

  /** Under the lock. Bytes that this takes with columns that it has not yet among some. */
  long bytesWith(@Nullable Column[] more) {
    long with = Math.max(bytes, PAGE_BYTES);
    for (int i = 0; i < more.length; i++) {
      Column column = more[i];
      if (column != null && columns.getPlain(i) == null) {
        double[] values = column.values();
        with += COLUMN_BYTES + (values == null ? 0 : (long) Double.BYTES * values.length);
        with += hasTimes(column.timestamps(), more, i) ? 0 : (long) Long.BYTES * column.size();
      }
    }
    return with == PAGE_BYTES ? 0 : with;
  }

  /** Whether an array is that of a series here, or of one of some that are added before a place. */
  @SuppressWarnings("ReferenceEquality") // Whether it is the shared array.
  private boolean hasTimes(long[] timestamps, @Nullable Column[] more, int end) {
    for (int i = 0; i < more.length; i++) {
      Column here = columns.getPlain(i);
      Column added = here == null && i < end ? more[i] : null;
      if (here != null && here.timestamps() == timestamps
          || added != null && added.timestamps() == timestamps) {
        return true;
      }
    }
    return false;
  }

  /** Under the lock. Adds those that it has not yet. */
  void add(@Nullable Column[] more) {
    bytes = bytesWith(more);
    for (int i = 0; i < more.length; i++) {
      Column column = more[i];
      if (column != null && columns.getPlain(i) == null) {
        columns.setRelease(i, column);
      }
    }
  }

  /** Under the lock. */
  long bytes() {
    return bytes;
  }

  /** Under the lock. */
  boolean isDropped() {
    return dropped;
  }

  /** How often it was asked for, of late. */
  int timesAsked() {
    return block.timesAsked(number);
  }

  /** Under the lock. Returns how many bytes it took. */
  long drop() {
    if (dropped) {
      return 0;
    }
    dropped = true;
    block.set(number, null);
    return bytes;
  }
}
