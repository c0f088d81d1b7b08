package dev.vedette.model;

/**
 * Whether what was read before would be read again the same: a view of a tenant's past, for whoever
 * keeps results. Safe for all threads.
 *
 * <p>Samples up to {@link #settledMillis} are settled: as a rule none is added to them. Whatever
 * changes them all the same (samples that come very late, deletions, samples that go for their age,
 * blocks that are merged or found damaged, tiers that are built) gets a number, after readers see
 * it and before whoever caused it is told that it is done. So a result stays right that was worked
 * out when {@link #latest} was {@code n}, of settled samples of a range alone, as long as {@link
 * #latestIn} of the range is at most {@code n}.
 */
public interface History {
  /** Of a source that cannot tell: nothing is ever settled. */
  History UNKNOWN =
      new History() {
        @Override
        public long settledMillis() {
          return Long.MIN_VALUE;
        }

        @Override
        public long latest() {
          return 0;
        }

        @Override
        public long latestIn(long startMillis, long endMillis) {
          return 0;
        }
      };

  /** The newest time that is settled, in Unix milliseconds; it never goes back. */
  long settledMillis();

  /** The number of the latest change of anything settled. */
  long latest();

  /**
   * The number of the latest change that may concern a closed range of time; larger than need be
   * where the source does not know exactly.
   */
  long latestIn(long startMillis, long endMillis);
}
