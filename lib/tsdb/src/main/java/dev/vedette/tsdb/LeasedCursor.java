package dev.vedette.tsdb;

import dev.vedette.model.CounterResets;
import dev.vedette.model.ReadParts;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import dev.vedette.tsdb.head.ReadGate;
import java.util.Optional;
import java.util.function.Predicate;

/** A cursor that may look at memory as long as its lease holds, and gives it back at its end. */
record LeasedCursor(SeriesCursor cursor, ReadGate.Lease lease) implements SeriesCursor {
  @Override
  public boolean next(SeriesBatch batch) {
    return checked(batch, cursor::next);
  }

  private boolean checked(SeriesBatch batch, Predicate<SeriesBatch> next) {
    lease.check();
    boolean found = next.test(batch);
    // Only here are all samples of the series together, those of blocks and of memory.
    CounterResets.settle(batch);
    return found;
  }

  /** Readers look at the lease at each step, as the cursor would. */
  @Override
  public Optional<SeriesParts> parts(int leastSeries) {
    return cursor.parts(leastSeries).map(parts -> new ReadParts(parts, () -> this::checked));
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
