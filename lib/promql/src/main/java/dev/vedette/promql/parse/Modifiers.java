package dev.vedette.promql.parse;

import org.jspecify.annotations.Nullable;

/**
 * What moves a selector or subquery in time.
 *
 * @param offset how far back; absent means 0
 * @param at the time to look from; absent means each step's
 */
public record Modifiers(@Nullable DurationExpr offset, @Nullable At at) {
  /** Neither of both. */
  public static final Modifiers NONE = new Modifiers(null, null);

  /** A time named by {@code @}. */
  public sealed interface At {
    /** Unix milliseconds. */
    record Time(long millis) implements At {}

    /** {@code start()} of the query. */
    record Start() implements At {}

    /** {@code end()} of the query. */
    record End() implements At {}
  }

  Modifiers withOffset(DurationExpr newOffset) {
    return new Modifiers(newOffset, at);
  }

  Modifiers withAt(At newAt) {
    return new Modifiers(offset, newAt);
  }
}
