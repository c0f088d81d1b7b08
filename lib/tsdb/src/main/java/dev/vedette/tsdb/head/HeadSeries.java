package dev.vedette.tsdb.head;

import dev.vedette.model.Labels;
import dev.vedette.tsdb.block.SortedSeries;

/** Series of the head with their samples in a range, none beyond its horizon. */
final class HeadSeries implements SortedSeries {
  private final SeriesDirectory directory;
  private final int[] refs;
  private final long[] horizons;
  private final long start;
  private final long end;
  private final SampleReader reader;
  private int next;
  private int size;
  private long[] timestamps = new long[512];
  private long[] bits = new long[512];

  HeadSeries(SeriesDirectory directory, int[] refs, long[] horizons, long start, long end) {
    this.directory = directory;
    this.refs = refs;
    this.horizons = horizons;
    this.start = start;
    this.end = end;
    this.reader = directory.newReader();
  }

  @Override
  public boolean next() {
    while (next < refs.length) {
      int ref = refs[next++];
      size = reader.read(ref, start, Math.min(end, horizons[ref]));
      if (size > 0) {
        copy();
        return true;
      }
    }
    return false;
  }

  private void copy() {
    if (timestamps.length < size) {
      timestamps = new long[size * 2];
      bits = new long[size * 2];
    }
    System.arraycopy(reader.timestamps(), reader.from(), timestamps, 0, size);
    System.arraycopy(reader.valueBits(), reader.from(), bits, 0, size);
  }

  @Override
  public Labels labels() {
    return directory.labels(refs[next - 1]);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long[] timestamps() {
    return timestamps;
  }

  @Override
  public long[] valueBits() {
    return bits;
  }
}
