package dev.vedette.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A named limit was reached. A series' own limit is permanent for that series (HTTP 400); the
 * tenant's rate or total passes with time or with a setting (HTTP 429).
 */
public final class LimitExceeded extends VedetteException {
  private final boolean retryable;
  private final Duration retryAfter;

  public LimitExceeded(ErrorId id, String message, String wayOut, boolean retryable) {
    this(id, message, wayOut, retryable, Duration.ZERO, null);
  }

  /** A limit that the same request passes once so much time has gone by. */
  public LimitExceeded(ErrorId id, String message, String wayOut, Duration retryAfter) {
    this(id, message, wayOut, true, retryAfter, null);
  }

  private LimitExceeded(
      ErrorId id,
      String message,
      String wayOut,
      boolean retryable,
      Duration retryAfter,
      @Nullable Throwable cause) {
    super(id, message, wayOut, cause);
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }

  @Override
  public LimitExceeded again() {
    return new LimitExceeded(
        id(), String.valueOf(getMessage()), wayOut(), retryable, retryAfter, this);
  }

  /** Whether the same request may pass later: the tenant's rate and its total of series. */
  public boolean retryable() {
    return retryable;
  }

  /** How long to wait before trying again; zero where that is not known. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
