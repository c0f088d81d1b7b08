package dev.vedette.model;

import org.jspecify.annotations.Nullable;

/** The request itself is wrong; repeating it will not help. HTTP 400. */
public final class InvalidRequest extends VedetteException {
  public InvalidRequest(ErrorId id, String message, String wayOut) {
    this(id, message, wayOut, null);
  }

  public InvalidRequest(ErrorId id, String message, String wayOut, @Nullable Throwable cause) {
    super(id, message, wayOut, cause);
  }

  @Override
  public InvalidRequest again() {
    return new InvalidRequest(id(), String.valueOf(getMessage()), wayOut(), this);
  }
}
