package dev.vedette.benchmarks;

import dev.vedette.tsdb.LogRecords;
import dev.vedette.tsdb.head.HeadLog;

/** Encodes records as the write-ahead log does, counts their bytes and forgets them. One thread. */
final class EncodingLog implements HeadLog {
  private long end;

  @Override
  public void checkWritable() {}

  @Override
  public Records newRecords() {
    return new LogRecords();
  }

  @Override
  public long append(Records records) {
    return end += ((LogRecords) records).encoded().sizeBytes();
  }

  @Override
  public long end() {
    return end;
  }

  @Override
  public void awaitDurable(long position) {}
}
