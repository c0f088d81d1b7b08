package dev.vedette.tsdb.head;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A moment in which no writer is between the head and its log: what is in memory is logged, and
 * nothing else is. Writers wait until it is closed, by the thread that opened it; readers do not.
 */
public final class Standstill implements AutoCloseable {
  private final ReentrantLock births;
  private final Shard[] shards;

  Standstill(SeriesDirectory directory) {
    this.births = directory.birthLock;
    this.shards = directory.shards();
    births.lock();
    for (Shard shard : shards) {
      shard.lock.lock();
      shard.late.lock.lock();
    }
  }

  @Override
  public void close() {
    for (Shard shard : shards) {
      shard.late.lock.unlock();
      shard.lock.unlock();
    }
    births.unlock();
  }
}
