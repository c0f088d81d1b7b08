package dev.vedette.model;

import org.jspecify.annotations.Nullable;

/** It cannot be done now; the same request may succeed later. HTTP 503. */
public final class Unavailable extends VedetteException {
  public Unavailable(ErrorId id, String message, String wayOut) {
    this(id, message, wayOut, null);
  }

  public Unavailable(ErrorId id, String message, String wayOut, @Nullable Throwable cause) {
    super(id, message, wayOut, cause);
  }

  @Override
  public Unavailable again() {
    return new Unavailable(id(), String.valueOf(getMessage()), wayOut(), this);
  }
}
