package dev.vedette.tsdb.wal;

/** What a checkpoint carries over from the segments it replaces. One thread. */
public interface WalKeep {
  /** Whether a series is alive. {@code false} only for a ref that will never be logged again. */
  boolean series(int ref);

  /**
   * Passes on the newest sample of a series where all of its samples are in blocks, so that the
   * next start knows what is late for it and how long nobody has heard of it.
   */
  default void newest(int ref, Newest into) {}

  /** Receives the newest sample of a series. */
  interface Newest {
    void newest(int ref, long timestampMillis, long valueBits);
  }

  /** Passes on the exemplars to be kept, which are all the log will know. */
  default void exemplars(Exemplars into) {}

  /** Receives exemplars. */
  interface Exemplars {
    void exemplar(int ref, long timestampMillis, long valueBits, byte[] labels);
  }

  /** Whether a sample is in no block yet. */
  boolean sample(int ref, long timestampMillis);
}
