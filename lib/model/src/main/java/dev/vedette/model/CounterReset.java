package dev.vedette.model;

/**
 * What is known of a counter histogram against the sample before it. The order is that of the hints
 * of remote write, so {@link #ordinal} is their number.
 */
public enum CounterReset {
  /** Nobody said: compare the two. */
  UNKNOWN,
  /** The counter began anew between the two. */
  YES,
  /** It did not: every bucket is at least what it was. */
  NO,
  /** This is no counter; its buckets may go up and down. */
  GAUGE;

  private static final CounterReset[] BY_NUMBER = values();

  /** The hint of a number, 0 to 3. */
  public static CounterReset of(int number) {
    return BY_NUMBER[number];
  }
}
