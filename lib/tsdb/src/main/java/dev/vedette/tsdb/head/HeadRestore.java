package dev.vedette.tsdb.head;

import dev.vedette.model.Histogram;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TenantId;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Fills an empty head from a log. Series keep their refs, so that the log goes on where it ended.
 * One thread; call {@link #finish} at the end.
 */
public final class HeadRestore {
  private static final int UNKNOWN = -1;

  private final Head head;
  private final SeriesDirectory directory;
  private final Exemplars exemplars;
  private int[] refs = new int[1024];
  private final RoaringBitmap named = new RoaringBitmap();
  private final RoaringBitmap moved = new RoaringBitmap();
  private long minMillis = Long.MAX_VALUE;
  private long maxMillis = Long.MIN_VALUE;
  private long newestMillis = Long.MIN_VALUE;
  private long samples;
  private long strays;

  HeadRestore(Head head) {
    this.head = head;
    this.directory = head.directory();
    this.exemplars = head.exemplarRing();
    Arrays.fill(refs, UNKNOWN);
  }

  public void series(int ref, TenantId tenant, byte[] bytes, int from, int to) {
    if (ref < 0) {
      return;
    }
    if (ref >= refs.length) {
      int old = refs.length;
      refs = Arrays.copyOf(refs, Math.max(ref + 1, old * 2));
      Arrays.fill(refs, old, refs.length, UNKNOWN);
    }
    int own = head.births().restore(ref, directory.tenant(tenant), bytes, from, to);
    refs[ref] = own;
    named.add(ref);
    if (!named.contains(own)) {
      moved.add(own);
    }
  }

  public void sample(int ref, long timestampMillis, long valueBits) {
    sample(ref, timestampMillis, valueBits, 0);
  }

  /** A float with a start timestamp, 0 where it has none. */
  public void sample(int ref, long timestampMillis, long valueBits, long startMillis) {
    int own = own(ref);
    if (own == UNKNOWN) {
      strays++;
      return;
    }
    restore(own, timestampMillis, valueBits, startMillis);
    count(timestampMillis);
  }

  public void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis) {
    int own = own(ref);
    if (own == UNKNOWN) {
      strays++;
      return;
    }
    restoreWide(own, timestampMillis, histogram.sumBits(), histogram, startMillis);
    count(timestampMillis);
  }

  /** Whatever the log has was not refused when it was written. */
  private void restore(int ref, long timestampMillis, long valueBits, long startMillis) {
    Shard shard = directory.shardOf(ref);
    long[] segment = directory.records().segment(ref);
    int at = SeriesRecords.at(ref);
    if (SeriesRecords.isWide(segment, at)
        || !shard.begins(segment, at, ref, timestampMillis, startMillis)) {
      restoreWide(ref, timestampMillis, valueBits, null, startMillis);
      return;
    }
    int outcome = shard.append(segment, at, timestampMillis, valueBits);
    if (outcome == Shard.LATE || outcome == Shard.CONFLICT) {
      if (startMillis == 0) {
        shard.late.take(ref, timestampMillis, valueBits, true);
      } else {
        restoreWide(ref, timestampMillis, valueBits, null, startMillis);
      }
    }
  }

  private void restoreWide(
      int ref, long timestampMillis, long bits, @Nullable Histogram histogram, long startMillis) {
    WideStore wide = directory.shardOf(ref).wide;
    if (wide.take(ref, timestampMillis, bits, histogram, startMillis, true)
        == WideStore.Outcome.CONFLICT) {
      wide.replace(ref, timestampMillis, bits, histogram, startMillis);
    }
  }

  /** A sample that the log has, but not what is needed to know it. */
  public void stray() {
    strays++;
  }

  private void count(long timestampMillis) {
    samples++;
    minMillis = Math.min(minMillis, timestampMillis);
    maxMillis = Math.max(maxMillis, timestampMillis);
    newestMillis = Math.max(newestMillis, timestampMillis);
  }

  private int own(int ref) {
    return ref >= 0 && ref < refs.length ? refs[ref] : UNKNOWN;
  }

  public void exemplar(int ref, long timestampMillis, long valueBits, byte[] labels) {
    int own = own(ref);
    if (own != UNKNOWN) {
      TenantId tenant = directory.tenantOf(own).tenant;
      Labels series = directory.labels(own);
      exemplars.restore(tenant, own, series, timestampMillis, valueBits, labels);
    }
  }

  /** The newest sample of a series whose samples are all in blocks. */
  public void newest(int ref, long timestampMillis, long valueBits) {
    int own = own(ref);
    if (own != UNKNOWN) {
      restoreNewest(own, timestampMillis, valueBits);
      newestMillis = Math.max(newestMillis, timestampMillis);
    }
  }

  private void restoreNewest(int ref, long timestampMillis, long valueBits) {
    long[] segment = directory.records().segment(ref);
    int at = SeriesRecords.at(ref);
    if (timestampMillis == Long.MIN_VALUE) { // Its newest sample was deleted, maybe.
      Shard shard = directory.shardOf(ref);
      if (shard.holdsNothingSince(ref, Long.MIN_VALUE, Long.MAX_VALUE)) {
        shard.forgetNewest(ref);
      }
      return;
    }
    if (SeriesRecords.isEmpty(segment, at)
        && segment[at + SeriesRecords.LAST_TS] < timestampMillis) {
      long version = SeriesRecords.beginChange(segment, at);
      segment[at + SeriesRecords.LAST_TS] = timestampMillis;
      segment[at + SeriesRecords.LAST_BITS] = valueBits;
      SeriesRecords.endChange(segment, at, version);
    }
  }

  /** Time of the newest sample the log knows of; {@link Long#MIN_VALUE} where it knows none. */
  public long newestMillis() {
    return newestMillis;
  }

  public void metadata(TenantId tenant, MetricMetadata family) {
    directory.tenant(tenant).putMetadata(family);
  }

  /** Samples taken in, those that were there already included. */
  public long samples() {
    return samples;
  }

  /** Samples that nothing can be done with, as where a record before them was damaged. */
  public long strays() {
    return strays;
  }

  /** Makes what was restored visible as a whole; before readers come, and before any flush. */
  public void noteTimes() {
    if (minMillis <= maxMillis) {
      directory.tenants().forEach(tenant -> tenant.noteTimes(minMillis, maxMillis));
    }
  }

  /** Ends the restoring; the log is open for writing. */
  public void finish() {
    noteTimes();
    head.births().restored(named);
    relogMoved();
  }

  /** A series that could not keep its ref needs a record under the new one. */
  private void relogMoved() {
    if (moved.isEmpty()) {
      return;
    }
    HeadLog.Records records = head.log().newRecords();
    moved.forEach(
        (int ref) -> {
          byte[] bytes = LabelBytes.encode(directory.labels(ref));
          records.series(ref, directory.tenantOf(ref).tenant, bytes, 0, bytes.length);
        });
    // Nothing that needs them can be durable before they are.
    head.log().append(records);
  }
}
