package dev.vedette.tsdb.head;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.tsdb.block.SortedSeries;
import org.jspecify.annotations.Nullable;

/** Series of the head with those of their samples in a range that a flush takes. */
final class HeadSeries implements SortedSeries {
  private static final SampleRun NONE = new SampleRun(0);

  private final SeriesDirectory directory;
  private final int[] refs;
  private final FlushPlan plan;
  private final long start;
  private final long end;
  private final SampleReader reader;
  private final SampleRun inOrder = new SampleRun(0);
  private final SampleRun narrow = new SampleRun();
  private final SampleRun wide = new SampleRun();
  private final SampleRun all = new SampleRun();
  private SampleRun samples = narrow;
  private int next;

  HeadSeries(SeriesDirectory directory, FlushPlan plan, int[] refs, long start, long end) {
    this.directory = directory;
    this.refs = refs;
    this.plan = plan;
    this.start = start;
    this.end = end;
    this.reader = directory.newSampleReader();
  }

  @Override
  public boolean next() {
    while (next < refs.length) {
      int ref = refs[next++];
      read(ref);
      if (samples.size() > 0) {
        return true;
      }
    }
    return false;
  }

  private void read(int ref) {
    inOrder.clear();
    if (plan.takesInOrder(ref)) {
      reader.read(ref, start, Math.min(end, plan.horizon(ref)));
      inOrder.show(reader);
    }
    SampleRun late = plan.late().getOrDefault(ref, NONE).within(start, end);
    narrow.merge(inOrder, late);
    samples = narrow;
    plan.copyWide(ref, start, end, wide);
    if (wide.size() > 0) {
      all.merge(narrow, wide);
      samples = all;
    }
  }

  @Override
  public Labels labels() {
    return directory.labels(refs[next - 1]);
  }

  @Override
  public int size() {
    return samples.size();
  }

  @Override
  public long[] timestamps() {
    return samples.timestamps;
  }

  @Override
  public long[] valueBits() {
    return samples.bits;
  }

  @Override
  public @Nullable Histogram @Nullable [] histograms() {
    return samples.histograms;
  }

  @Override
  public long @Nullable [] starts() {
    return samples.starts;
  }
}
