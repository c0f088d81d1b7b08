package dev.vedette.tsdb;

import dev.vedette.tsdb.head.HeadLog;
import dev.vedette.tsdb.wal.Wal;

/** The write-ahead log as the head sees it. */
record WalLog(Wal wal) implements HeadLog {
  @Override
  public void checkWritable() {
    wal.checkWritable();
  }

  @Override
  public Records newRecords() {
    return new LogRecords();
  }

  @Override
  public long append(Records records) {
    return wal.append(((LogRecords) records).encoded());
  }

  @Override
  public long end() {
    return wal.position();
  }

  @Override
  public void awaitDurable(long position) {
    wal.awaitDurable(position);
  }
}
