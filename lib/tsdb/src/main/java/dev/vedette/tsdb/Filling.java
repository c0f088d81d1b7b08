package dev.vedette.tsdb;

import dev.vedette.model.TenantId;
import java.time.Duration;

/**
 * Tells which windows senders that catch up are filling: what is made of one now lacks the rest.
 */
@FunctionalInterface
interface Filling {
  /** Where samples come without end, what waits for that goes on after so long. */
  Duration PATIENCE = Duration.ofHours(1);

  /** None is. */
  Filling NONE = (_, _, _) -> false;

  /** Whether samples of a window came a short while ago. */
  boolean isFilling(TenantId tenant, long startMillis, long endMillis);
}
