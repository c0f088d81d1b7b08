package dev.vedette.tsdb;

import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramSample;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.head.HeadLog;
import dev.vedette.tsdb.wal.WalRecords;

/** What the head logs, in the bytes of the write-ahead log. One thread at a time. */
public final class LogRecords implements HeadLog.Records {
  private final WalRecords records = new WalRecords();

  /** The encoded records; they change with this. */
  public WalRecords encoded() {
    return records;
  }

  @Override
  public void clear() {
    records.clear();
  }

  @Override
  public boolean isEmpty() {
    return records.isEmpty();
  }

  @Override
  public void series(int ref, TenantId tenant, byte[] bytes, int from, int to) {
    records.series(ref, tenant, bytes, from, to);
  }

  @Override
  public void sample(int ref, long timestampMillis, long valueBits) {
    records.sample(ref, timestampMillis, valueBits);
  }

  @Override
  public void sample(int ref, long timestampMillis, long valueBits, long startMillis) {
    records.sample(ref, timestampMillis, valueBits, startMillis);
  }

  @Override
  public void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis) {
    records.histogram(ref, timestampMillis, histogram, startMillis);
  }

  @Override
  public void histogram(int ref, HistogramSample sample, HistogramSample before) {
    records.histogram(ref, sample, before);
  }

  @Override
  public void exemplar(int ref, long timestampMillis, long valueBits, byte[] labels) {
    records.exemplar(ref, timestampMillis, valueBits, labels);
  }

  @Override
  public void newest(int ref, long timestampMillis, long valueBits) {
    records.newest(ref, timestampMillis, valueBits);
  }

  @Override
  public void metadata(TenantId tenant, MetricMetadata family) {
    records.metadata(tenant, family);
  }
}
