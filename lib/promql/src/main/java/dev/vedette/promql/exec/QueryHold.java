package dev.vedette.promql.exec;

import dev.vedette.model.LimitExceeded;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.QueryMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * What one query holds: what it needs, and what only makes it faster, which is given back before it
 * is refused anything. So whether it is refused does not depend on how many threads help it. One
 * thread; those that help have {@link #ofWorker}.
 */
final class QueryHold {
  /** Holds what a query can do without. */
  @FunctionalInterface
  interface Ahead {
    /** Releases all of it, on the query's thread; called once. */
    void giveBack();
  }

  private final QueryMemory.Reservation memory;
  private final List<Ahead> aheads = new ArrayList<>();
  private boolean wasShort;

  QueryHold(QueryMemory.Reservation memory) {
    this.memory = memory;
  }

  /** For a thread that helps: it is refused what there is no memory for. */
  QueryHold ofWorker() {
    return new QueryHold(memory);
  }

  /** Reserves what the query needs, as {@link QueryMemory.Reservation#add} does. */
  void add(long bytes) {
    try {
      memory.add(bytes);
    } catch (LimitExceeded | Unavailable e) {
      if (aheads.isEmpty()) {
        throw e;
      }
      giveBack();
      memory.add(bytes);
    }
  }

  /** Reserves what is of use and not needed; false where there is not plenty of memory. */
  boolean tryAdd(long bytes) {
    return !wasShort && memory.tryAdd(bytes);
  }

  /** Has somebody give back what was reserved when memory is short. */
  void register(Ahead ahead) {
    aheads.add(ahead);
  }

  void unregister(Ahead ahead) {
    aheads.remove(ahead);
  }

  /** Goes on with what is needed alone, to the query's end. */
  void giveBack() {
    wasShort = true;
    List<Ahead> all = List.copyOf(aheads);
    aheads.clear();
    all.forEach(Ahead::giveBack);
  }

  void release(long bytes) {
    memory.release(bytes);
  }

  /** The most that still fits into the query's part. */
  long room() {
    return memory.room();
  }

  long heldBytes() {
    return memory.heldBytes();
  }
}
