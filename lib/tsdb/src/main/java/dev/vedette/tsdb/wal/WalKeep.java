package dev.vedette.tsdb.wal;

/** What a checkpoint carries over from the segments it replaces. One thread. */
public interface WalKeep {
  /** Whether a series is alive. {@code false} only for a ref that will never be logged again. */
  boolean series(int ref);

  /** Whether a sample is in no block yet. */
  boolean sample(int ref, long timestampMillis);
}
