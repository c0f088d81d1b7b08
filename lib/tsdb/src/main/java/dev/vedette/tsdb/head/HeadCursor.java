package dev.vedette.tsdb.head;

import dev.vedette.model.Labels;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.tsdb.block.RangedCursor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes series of the head, in the order given, 64 at a time; asks as often whether it is to go
 * on. One thread.
 */
final class HeadCursor implements RangedCursor {
  private final SeriesDirectory directory;
  private final ReadGate.Lease lease;
  private final int[] refs;
  private final Selection selection;
  private final String @Nullable [] onlyLabels;
  private final ReadCheck check;
  private @Nullable Stretch whole;

  HeadCursor(
      SeriesDirectory directory,
      ReadGate.Lease lease,
      int[] refs,
      Selection selection,
      ReadCheck check) {
    this.directory = directory;
    this.lease = lease;
    this.refs = refs;
    this.selection = selection;
    this.onlyLabels =
        selection.enough().labels().map(names -> names.toArray(String[]::new)).orElse(null);
    this.check = check;
  }

  @Override
  public boolean next(SeriesBatch batch) {
    Stretch all = whole;
    if (all == null) {
      all = newReader();
      all.seek(0, refs.length);
      whole = all;
    }
    return all.next(batch);
  }

  @Override
  public int size() {
    return refs.length;
  }

  @Override
  public Labels labels(int series) {
    lease.check();
    return directory.labels(refs[series]);
  }

  @Override
  public int cut(int series) {
    return series;
  }

  @Override
  public boolean isPaged() {
    return false;
  }

  @Override
  public Stretch newReader() {
    return new Reader();
  }

  /** Decodes one stretch after the other. */
  private final class Reader implements Stretch {
    private final SeriesReader reader = directory.newReader();
    private final long[][] timestamps = new long[SeriesBatch.CAPACITY][];
    private final double[][] values = new double[SeriesBatch.CAPACITY][];
    private int next;
    private int to;
    private int read;

    @Override
    public void seek(int from, int to) {
      this.next = from;
      this.to = to;
    }

    @Override
    public boolean next(SeriesBatch batch) {
      batch.clear();
      while (next < to && !batch.isFull()) {
        lease.check();
        if (read++ == SeriesBatch.CAPACITY) {
          check.check();
          read = 1;
        }
        int ref = refs[next++];
        SampleRun samples = read(ref);
        if (samples.size() > 0) {
          int slot = batch.count();
          batch.add(
              shownLabels(ref),
              timestamps(batch, slot, samples),
              values(slot, samples),
              samples.histograms,
              starts(samples),
              samples.size());
        }
      }
      return batch.count() > 0;
    }

    private Labels shownLabels(int ref) {
      return onlyLabels == null ? directory.labels(ref) : directory.labels(ref, onlyLabels);
    }

    private SampleRun read(int ref) {
      long start = selection.startMillis();
      long end = selection.endMillis();
      return selection.enough().newest()
          ? reader.readNewest(ref, start, end)
          : reader.read(ref, start, end);
    }

    /** From the first sample on: plain samples of a range may begin within their array. */
    private static long @Nullable [] starts(SampleRun samples) {
      long[] starts = samples.starts;
      return starts == null || samples.from == 0
          ? starts
          : Arrays.copyOfRange(starts, samples.from, samples.to);
    }

    /** The array of the series before where it has the same timestamps. */
    private long[] timestamps(SeriesBatch batch, int slot, SampleRun samples) {
      int size = samples.size();
      if (slot > 0 && batch.size(slot - 1) == size) {
        long[] before = batch.timestamps(slot - 1);
        if (Arrays.equals(before, 0, size, samples.timestamps, samples.from, samples.to)) {
          return before;
        }
      }
      long[] own = timestamps[slot];
      if (own == null || own.length < size) {
        own = new long[Math.max(size, 32)];
        timestamps[slot] = own;
      }
      System.arraycopy(samples.timestamps, samples.from, own, 0, size);
      return own;
    }

    private double[] values(int slot, SampleRun samples) {
      int size = samples.size();
      double[] own = values[slot];
      if (own == null || own.length < size) {
        own = new double[Math.max(size, 32)];
        values[slot] = own;
      }
      for (int i = 0; i < size; i++) {
        own[i] = Double.longBitsToDouble(samples.bits[samples.from + i]);
      }
      return own;
    }
  }

  @Override
  public void close() {
    lease.close();
  }
}
