package dev.vedette.model;

/**
 * A named limit was reached. A series' own limit is permanent for that series (HTTP 400); the
 * tenant's rate or total passes with time or with a setting (HTTP 429).
 */
public final class LimitExceeded extends VedetteException {
  private final boolean retryable;

  public LimitExceeded(ErrorId id, String message, String wayOut, boolean retryable) {
    super(id, message, wayOut, null);
    this.retryable = retryable;
  }

  /** Whether the same request may pass later: the tenant's rate and its total of series. */
  public boolean retryable() {
    return retryable;
  }
}
