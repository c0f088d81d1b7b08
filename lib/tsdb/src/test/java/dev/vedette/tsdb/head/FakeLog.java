package dev.vedette.tsdb.head;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramSample;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import java.util.ArrayList;
import java.util.List;

/** A log in memory that remembers what it was given, and can refuse. */
final class FakeLog implements HeadLog {
  record Entry(int ref, boolean isSeries, long timestamp, long bits) {}

  final List<Entry> entries = new ArrayList<>();
  final List<String> families = new ArrayList<>();
  private final boolean remembers;
  private boolean broken;
  private long end;

  private FakeLog(boolean remembers) {
    this.remembers = remembers;
  }

  static FakeLog remembering() {
    return new FakeLog(true);
  }

  /** Counts only, for tests that write much. */
  static FakeLog forgetful() {
    return new FakeLog(false);
  }

  synchronized void breakDown(boolean now) {
    broken = now;
  }

  @Override
  public void checkWritable() {}

  @Override
  public Records newRecords() {
    return new Buffer();
  }

  @Override
  public synchronized long append(Records records) {
    if (broken) {
      throw new Unavailable(ErrorId.DISK_FULL, "the log is full", "free space");
    }
    Buffer buffer = (Buffer) records;
    entries.addAll(buffer.entries);
    families.addAll(buffer.families);
    return end += buffer.count;
  }

  @Override
  public synchronized long end() {
    return end;
  }

  @Override
  public synchronized void awaitDurable(long position) {
    if (broken) {
      throw new Unavailable(ErrorId.DISK_FULL, "the log is full", "free space");
    }
  }

  private final class Buffer implements Records {
    final List<Entry> entries = new ArrayList<>();
    final List<String> families = new ArrayList<>();
    int count;

    @Override
    public void clear() {
      entries.clear();
      families.clear();
      count = 0;
    }

    @Override
    public boolean isEmpty() {
      return count == 0;
    }

    @Override
    public void series(int ref, TenantId tenant, byte[] bytes, int from, int to) {
      add(ref, true, 0, 0);
    }

    @Override
    public void sample(int ref, long timestampMillis, long valueBits) {
      add(ref, false, timestampMillis, valueBits);
    }

    @Override
    public void sample(int ref, long timestampMillis, long valueBits, long startMillis) {
      add(ref, false, timestampMillis, valueBits);
    }

    @Override
    public void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis) {
      add(ref, false, timestampMillis, histogram.sumBits());
    }

    @Override
    public void histogram(int ref, HistogramSample sample, HistogramSample before) {
      histogram(ref, sample.timestampMillis(), sample.histogram(), sample.startMillis());
    }

    @Override
    public void exemplar(int ref, long timestampMillis, long valueBits, byte[] labels) {
      count++;
    }

    @Override
    public void newest(int ref, long timestampMillis, long valueBits) {
      count++;
    }

    @Override
    public void metadata(TenantId tenant, MetricMetadata family) {
      families.add(family.family());
      count++;
    }

    private void add(int ref, boolean isSeries, long timestamp, long bits) {
      count++;
      if (remembers) {
        entries.add(new Entry(ref, isSeries, timestamp, bits));
      }
    }
  }
}
