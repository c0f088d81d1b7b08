package dev.vedette.tsdb.block;

/**
 * Times of a tier's buckets: {@code (t - resolution, t]} for each multiple t of the resolution, as
 * the windows of PromQL lie. Times beyond what a long can hold stay at its ends.
 */
public final class Buckets {
  private Buckets() {}

  /** End of the bucket that a time belongs to, inclusive. */
  public static long endMillis(long millis, long resolutionMillis) {
    long past = Math.floorMod(millis, resolutionMillis);
    long left = past == 0 ? 0 : resolutionMillis - past;
    return millis > Long.MAX_VALUE - left ? Long.MAX_VALUE : millis + left;
  }

  /** First millisecond of the bucket that a time belongs to. */
  public static long startMillis(long millis, long resolutionMillis) {
    long past = Math.floorMod(millis - 1, resolutionMillis);
    return millis < Long.MIN_VALUE + 1 + past ? Long.MIN_VALUE : millis - past;
  }
}
