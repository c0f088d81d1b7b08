package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumns;
import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import org.jspecify.annotations.Nullable;

/** A cursor's series one by one, to be written to a block. Closing closes the cursor. */
public final class CursorSeries implements SortedSeries {
  private final SeriesCursor cursor;
  private final SeriesBatch batch = new SeriesBatch();
  private int at = -1;
  private long[] bits = {};

  public CursorSeries(SeriesCursor cursor) {
    this.cursor = cursor;
  }

  @Override
  public boolean next() {
    at++;
    if (at >= batch.count()) {
      at = 0;
      if (!cursor.next(batch)) {
        return false;
      }
    }
    int size = batch.size(at);
    if (bits.length < size) {
      bits = new long[Math.max(size, bits.length * 2)];
    }
    double[] values = batch.values(at);
    for (int i = 0; i < size; i++) {
      bits[i] = Double.doubleToRawLongBits(values[i]);
    }
    return true;
  }

  @Override
  public Labels labels() {
    return batch.labels(at);
  }

  @Override
  public int size() {
    return batch.size(at);
  }

  @Override
  public long[] timestamps() {
    return batch.timestamps(at);
  }

  @Override
  public long[] valueBits() {
    return bits;
  }

  @Override
  public @Nullable Histogram @Nullable [] histograms() {
    return batch.histograms(at);
  }

  @Override
  public long @Nullable [] starts() {
    return batch.starts(at);
  }

  @Override
  public @Nullable BucketColumns buckets() {
    return batch.buckets(at);
  }

  @Override
  public void close() {
    cursor.close();
  }
}
