package dev.vedette.promql.exec;

import dev.vedette.model.Invariant;

/**
 * The times an expression is evaluated at: start, start + step, … up to end; one for an instant
 * query. Unix milliseconds.
 */
public record Steps(long startMillis, long endMillis, long stepMillis) {
  public Steps {
    Invariant.check(
        stepMillis > 0 && endMillis >= startMillis,
        "BUG: steps to %d by %d",
        endMillis,
        stepMillis);
  }

  /** A single step. */
  public static Steps at(long millis) {
    return new Steps(millis, millis, 1);
  }

  public int count() {
    return (int) ((endMillis - startMillis) / stepMillis) + 1;
  }

  public long time(int index) {
    return startMillis + index * stepMillis;
  }

  /** Time of the last step, which may come before {@code endMillis}. */
  public long lastMillis() {
    return time(count() - 1);
  }
}
