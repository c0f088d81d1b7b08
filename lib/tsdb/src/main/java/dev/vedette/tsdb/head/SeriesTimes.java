package dev.vedette.tsdb.head;

/**
 * From when to when a series has samples in memory, told by its chunks without decoding them. One
 * thread, under a lease; reusable.
 */
final class SeriesTimes {
  private final SeriesDirectory directory;
  private final SampleReader reader;
  private long oldest;
  private long newest;

  SeriesTimes(SeriesDirectory directory) {
    this.directory = directory;
    this.reader = directory.newSampleReader();
  }

  void read(int ref) {
    oldest = Long.MAX_VALUE;
    newest = Long.MIN_VALUE;
    int pieces = reader.bounds(ref, Long.MAX_VALUE);
    if (pieces > 0) {
      include(reader.pieceMin(pieces - 1), reader.pieceMax(0));
    }
    WideSeries wide = directory.shardOf(ref).wide.find(ref);
    if (wide != null && !wide.isEmpty()) {
      include(wide.minMillis(), wide.maxMillis());
    }
    LateSeries late = directory.shardOf(ref).late.find(ref);
    if (late != null) {
      include(late.minMillis(), late.maxMillis());
    }
  }

  private void include(long min, long max) {
    oldest = Math.min(oldest, min);
    newest = Math.max(newest, max);
  }

  /** {@link Long#MAX_VALUE} without samples. */
  long oldestMillis() {
    return oldest;
  }

  /** {@link Long#MIN_VALUE} without samples. */
  long newestMillis() {
    return newest;
  }

  /** Whether some of that time is in a closed range; there may be no sample in it. */
  boolean overlap(long startMillis, long endMillis) {
    return oldest <= endMillis && newest >= startMillis;
  }
}
