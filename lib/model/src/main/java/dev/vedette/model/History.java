package dev.vedette.model;

/**
 * Whether what was read before would be read again the same: a view of a tenant's past, for whoever
 * keeps results. Safe for all threads.
 *
 * <p>Whatever changes what readers find (samples stored, deletions, samples that go for their age,
 * blocks that come, are merged or found damaged, tiers that are built) gets a number, after readers
 * see it and before whoever caused it is told that it is done. So a result stays right that was
 * worked out after {@link #mark}, as far as {@link #unchangedUntil} says of that mark and of the
 * times that were read.
 */
public interface History {
  /** Of a source that cannot tell: nothing is ever sure. */
  History UNKNOWN =
      new History() {
        @Override
        public boolean isTold() {
          return false;
        }

        @Override
        public Mark mark() {
          return new Mark(0, Long.MIN_VALUE);
        }

        @Override
        public long unchangedUntil(Mark since, long startMillis, long endMillis) {
          return Long.MIN_VALUE;
        }
      };

  /**
   * A moment between two changes.
   *
   * @param number of the latest change before it
   * @param settledMillis times up to this one are settled: as a rule nothing is added to them any
   *     more, and what changes them all the same is remembered for longer than what changes others
   */
  record Mark(long number, long settledMillis) {}

  /** False where nothing can be told, so that nothing is worth keeping. */
  default boolean isTold() {
    return true;
  }

  /** Now. Take it before the first read. */
  Mark mark();

  /**
   * The latest time of a closed range up to which all is as it was at the mark: the range's end
   * where all of it is, a time before its start where nothing is sure. Earlier than need be where
   * the source does not know exactly.
   */
  long unchangedUntil(Mark since, long startMillis, long endMillis);
}
