package dev.vedette.tsdb.head;

/**
 * Late samples on their way into blocks of their own, when there are too many of them to wait for
 * those in order. It takes those further behind their series' newest than the late window; a sample
 * that gave one in memory another value stays with that one, so that the block written last has the
 * value that was sent last.
 *
 * <p>Steps, by one thread: {@link #source} to write blocks, {@link #drop} once readers have them.
 * The log keeps the samples until the next {@link HeadFlush}; read from there again, they are
 * duplicates.
 */
public final class LateFlush {
  private final SeriesDirectory directory;
  private final ReadGate reads;
  private final FlushPlan plan;
  private final long lateWindowMillis;

  LateFlush(SeriesDirectory directory, ReadGate reads, FlushPlan plan, long lateWindowMillis) {
    this.directory = directory;
    this.reads = reads;
    this.plan = plan;
    this.lateWindowMillis = lateWindowMillis;
    plan.takeLate(this::end);
    SampleReader reader = directory.newSampleReader();
    plan.late().forEach((ref, run) -> leaveReplacing(reader, ref, run));
    plan.wideLate().replaceAll((ref, run) -> withoutReplacing(ref, run));
  }

  private SampleRun withoutReplacing(int ref, SampleRun late) {
    long from = late.timestamps[late.from];
    long to = late.timestamps[late.to - 1];
    SampleRun narrow = directory.newReader().readNarrow(ref, from, to);
    SampleRun inOrder = new SampleRun();
    WideSeries of = directory.shardOf(ref).wide.find(ref);
    if (of != null) {
      of.inOrder.copy(from, to, inOrder);
    }
    SampleRun replaced = new SampleRun();
    replaced.merge(narrow, inOrder);
    SampleRun left = new SampleRun();
    left.takeWithout(late, replaced);
    return left;
  }

  private long end(int ref) {
    long oldestTime = Long.MIN_VALUE + lateWindowMillis + 1;
    return Math.max(directory.newestMillis(ref), oldestTime) - lateWindowMillis;
  }

  private void leaveReplacing(SampleReader inOrder, int ref, SampleRun late) {
    if (late.size() == 0
        || inOrder.read(ref, late.timestamps[late.from], late.timestamps[late.to - 1]) == 0) {
      return;
    }
    int kept = late.from;
    int next = inOrder.from();
    for (int i = late.from; i < late.to; i++) {
      while (next < inOrder.to() && inOrder.timestamps()[next] < late.timestamps[i]) {
        next++;
      }
      boolean replaces = next < inOrder.to() && inOrder.timestamps()[next] == late.timestamps[i];
      if (!replaces) {
        late.timestamps[kept] = late.timestamps[i];
        late.bits[kept] = late.bits[i];
        kept++;
      }
    }
    late.to = kept;
  }

  /** The samples it takes, to be written to blocks. */
  public FlushSource source() {
    return plan;
  }

  /** Waits for reads that began before, then takes what was written to blocks out of memory. */
  public void drop() throws InterruptedException {
    reads.awaitEarlierReads();
    plan.drop();
  }
}
