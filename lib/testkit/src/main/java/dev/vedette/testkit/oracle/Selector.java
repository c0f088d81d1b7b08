package dev.vedette.testkit.oracle;

import org.jspecify.annotations.Nullable;

/**
 * A selector's text with what it says of time.
 *
 * @param offsetMillis how much earlier it looks
 * @param fixedMillis where {@code @} fixes it
 */
record Selector(String text, long offsetMillis, @Nullable Long fixedMillis) {
  /** Where its window ends at a step. */
  long end(long millis) {
    return (fixedMillis == null ? millis : fixedMillis) - offsetMillis;
  }
}
