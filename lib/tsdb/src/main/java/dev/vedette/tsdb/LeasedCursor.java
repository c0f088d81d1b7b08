package dev.vedette.tsdb;

import dev.vedette.model.CounterResets;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.tsdb.head.ReadGate;

/** A cursor that may look at memory as long as its lease holds, and gives it back at its end. */
record LeasedCursor(SeriesCursor cursor, ReadGate.Lease lease) implements SeriesCursor {
  @Override
  public boolean next(SeriesBatch batch) {
    lease.check();
    boolean found = cursor.next(batch);
    // Only here are all samples of the series together, those of blocks and of memory.
    CounterResets.settle(batch);
    return found;
  }

  @Override
  public void close() {
    try {
      cursor.close();
    } finally {
      lease.close();
    }
  }
}
