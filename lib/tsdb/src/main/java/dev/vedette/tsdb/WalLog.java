package dev.vedette.tsdb;

import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.head.HeadLog;
import dev.vedette.tsdb.wal.Wal;
import dev.vedette.tsdb.wal.WalRecords;

/** The write-ahead log as the head sees it. */
record WalLog(Wal wal) implements HeadLog {
  @Override
  public void checkWritable() {
    wal.checkWritable();
  }

  @Override
  public Records newRecords() {
    return new Buffer();
  }

  @Override
  public long append(Records records) {
    return wal.append(((Buffer) records).records);
  }

  @Override
  public long end() {
    return wal.position();
  }

  @Override
  public void awaitDurable(long position) {
    wal.awaitDurable(position);
  }

  private static final class Buffer implements Records {
    private final WalRecords records = new WalRecords();

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
    public void metadata(TenantId tenant, MetricMetadata family) {
      records.metadata(tenant, family);
    }
  }
}
