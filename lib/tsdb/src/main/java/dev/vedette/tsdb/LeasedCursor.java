package dev.vedette.tsdb;

import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.tsdb.head.ReadGate;

/** A cursor that may look at memory as long as its lease holds, and gives it back at its end. */
record LeasedCursor(SeriesCursor cursor, ReadGate.Lease lease) implements SeriesCursor {
  @Override
  public boolean next(SeriesBatch batch) {
    lease.check();
    return cursor.next(batch);
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
