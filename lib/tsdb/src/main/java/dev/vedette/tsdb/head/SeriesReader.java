package dev.vedette.tsdb.head;

/**
 * Takes a consistent copy of all samples a series has in memory, in order and late. One thread;
 * reusable. What {@link #read} found stays valid until the next call.
 */
final class SeriesReader {
  private final SeriesDirectory directory;
  private final SampleReader inOrder;
  private final SampleRun shown = new SampleRun(0);
  private final SampleRun late = new SampleRun();
  private final SampleRun merged = new SampleRun();
  private final SampleRun wide = new SampleRun();
  private final SampleRun all = new SampleRun();

  SeriesReader(SeriesDirectory directory) {
    this.directory = directory;
    this.inOrder = directory.newSampleReader();
  }

  /** The samples of a series in {@code [start, end]}. */
  SampleRun read(int ref, long start, long end) {
    WideSeries of = directory.shardOf(ref).wide.find(ref);
    if (of == null) {
      return readNarrow(ref, start, end);
    }
    of.copy(start, end, wide);
    SampleRun narrow = readNarrow(ref, start, end);
    if (narrow.size() == 0 || wide.size() == 0) {
      return wide.size() == 0 ? narrow : wide;
    }
    all.merge(narrow, wide);
    return all;
  }

  /** The same where the newest of them will do: no others, if that one is at hand. */
  SampleRun readNewest(int ref, long start, long end) {
    Shard shard = directory.shardOf(ref);
    boolean isPlain = shard.wide.find(ref) == null && shard.late.find(ref) == null;
    if (!isPlain || !inOrder.readLast(ref, start, end)) {
      return read(ref, start, end);
    }
    shown.show(inOrder);
    return shown;
  }

  /** Those of them that the series got before it was wide. */
  SampleRun readNarrow(int ref, long start, long end) {
    inOrder.read(ref, start, end);
    shown.show(inOrder);
    LateSeries of = directory.shardOf(ref).late.find(ref);
    if (of == null) {
      return shown;
    }
    of.copy(start, end, late);
    if (late.size() == 0) {
      return shown;
    }
    merged.merge(shown, late);
    return merged;
  }
}
