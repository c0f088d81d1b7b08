package dev.vedette.model.partial;

import dev.vedette.model.TenantId;

/**
 * A source's own work on aggregations, for askers that would have to fetch every series otherwise.
 * Safe for all threads.
 *
 * <p>What it gives is of all series of the request's selection, and put together with {@link
 * PartialState} the same as if the asker had read them itself: to the bit, and however the series
 * are spread over sources. Decision: {@code docs/adr/004-sums-are-exact-so-that-parts-add-up.md}.
 */
public interface PartialAggregates {
  /** Whether it can do a request; what it cannot, the asker does from the series. */
  boolean does(PartialRequest request);

  /**
   * Begins a request that it {@link #does}; work may be done by the cursor. Close the cursor.
   *
   * <p>Errors, here or from the cursor: those of reading series; {@code LimitExceeded} and {@code
   * Unavailable} where limits of the source are reached; whatever {@code spending} throws.
   */
  PartialCursor open(TenantId tenant, PartialRequest request, Spending spending);
}
