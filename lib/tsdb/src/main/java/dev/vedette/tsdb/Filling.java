package dev.vedette.tsdb;

/**
 * Tells which windows senders that catch up are filling: what is made of one now lacks the rest.
 */
@FunctionalInterface
interface Filling {
  /** Of whatever is there, nothing is. */
  Filling NONE = (_, _) -> false;

  /** Whether samples of a window are in memory that belong into a block of it. */
  boolean isFilling(long startMillis, long endMillis);
}
