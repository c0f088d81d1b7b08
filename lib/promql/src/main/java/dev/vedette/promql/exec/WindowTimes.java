package dev.vedette.promql.exec;

import org.jspecify.annotations.Nullable;

/**
 * The window of each step: behind {@code end - range}, up to and including {@code end}, where end
 * is the step's time, or one fixed time, less the offset.
 *
 * @param fixedMillis where {@code @} fixes it for all steps
 * @param bucketMillis ends are moved back to multiples of this; 1 for where they are
 */
public record WindowTimes(
    Steps steps,
    long rangeMillis,
    long offsetMillis,
    @Nullable Long fixedMillis,
    long bucketMillis) {
  /** Windows that end where they end. */
  public WindowTimes(Steps steps, long rangeMillis, long offsetMillis, @Nullable Long fixedMillis) {
    this(steps, rangeMillis, offsetMillis, fixedMillis, 1);
  }

  public long endMillis(int step) {
    Long fixed = fixedMillis;
    long end = (fixed == null ? steps.time(step) : fixed) - offsetMillis;
    return bucketMillis == 1 ? end : end - Math.floorMod(end, bucketMillis);
  }

  /** Earliest end of all. */
  public long firstEndMillis() {
    return endMillis(0);
  }

  /** Latest end of all. */
  public long lastEndMillis() {
    return endMillis(steps.count() - 1);
  }
}
