package dev.vedette.runtime.http;

import dev.vedette.model.Corruption;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import io.micronaut.http.HttpStatus;

/** The HTTP status of each error a user may be told. */
public final class ErrorStatus {
  /** What {@code Retry-After} says with 429 and 503. */
  static final int RETRY_AFTER_SECONDS = 5;

  private ErrorStatus() {}

  public static HttpStatus of(VedetteException error) {
    return switch (error) {
      case InvalidRequest e ->
          switch (e.id()) {
            case BODY_TOO_LARGE -> HttpStatus.REQUEST_ENTITY_TOO_LARGE;
            case TENANT_MISSING -> HttpStatus.UNAUTHORIZED;
            default -> HttpStatus.BAD_REQUEST;
          };
      case LimitExceeded e -> e.retryable() ? HttpStatus.TOO_MANY_REQUESTS : HttpStatus.BAD_REQUEST;
      case Unavailable _ -> HttpStatus.SERVICE_UNAVAILABLE;
      case Corruption _ -> HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }

  /** Whether the same request may be taken later, so that {@code Retry-After} belongs in it. */
  public static boolean isRetryable(HttpStatus status) {
    return status == HttpStatus.TOO_MANY_REQUESTS || status == HttpStatus.SERVICE_UNAVAILABLE;
  }
}
