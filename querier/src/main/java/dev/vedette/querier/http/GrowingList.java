package dev.vedette.querier.http;

import dev.vedette.promql.QueryMemory;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Lists whose length shows only when they are there, asked for in growing parts, so that the memory
 * of each is reserved before it is taken. The last part alone costs most of the whole.
 */
final class GrowingList {
  /** A label set of ten labels, on the high side. */
  static final long SERIES_BYTES = 1200;

  /** A name or a value of a label. */
  static final long TEXT_BYTES = 120;

  private static final int FIRST = 2048;
  private static final int GROWTH = 8;

  private GrowingList() {}

  /**
   * Asks until the list is whole.
   *
   * @param limit most entries wanted; 0 for all
   * @param ask gives the first so many entries, or all where there are fewer
   */
  static <T> List<T> of(
      QueryMemory.Reservation memory, int limit, long entryBytes, IntFunction<List<T>> ask) {
    int most = limit == 0 ? Integer.MAX_VALUE : limit;
    int part = Math.min(FIRST, most);
    long reserved = 0;
    while (true) {
      memory.add(part * entryBytes - reserved);
      reserved = part * entryBytes;
      List<T> found = ask.apply(part);
      if (found.size() < part || part == most) {
        memory.release(reserved - found.size() * entryBytes);
        return found;
      }
      part = (int) Math.min((long) part * GROWTH, most);
    }
  }
}
