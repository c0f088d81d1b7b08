package dev.vedette.promql.exec;

import org.jspecify.annotations.Nullable;

/**
 * The window of each step: behind {@code end - range}, up to and including {@code end}, where end
 * is the step's time, or one fixed time, less the offset.
 *
 * @param fixedMillis where {@code @} fixes it for all steps
 */
public record WindowTimes(
    Steps steps, long rangeMillis, long offsetMillis, @Nullable Long fixedMillis) {
  public long endMillis(int step) {
    Long fixed = fixedMillis;
    return (fixed == null ? steps.time(step) : fixed) - offsetMillis;
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
