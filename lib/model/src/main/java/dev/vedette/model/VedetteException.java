package dev.vedette.model;

import org.jspecify.annotations.Nullable;

/**
 * What a user may be told: what happened, to what, against which expectation, and what to do next.
 * Bugs are not in this family; they throw from {@link Invariant}.
 */
public abstract sealed class VedetteException extends RuntimeException
    permits InvalidRequest, LimitExceeded, Unavailable, Corruption {
  private final ErrorId id;
  private final String wayOut;

  VedetteException(ErrorId id, String message, String wayOut, @Nullable Throwable cause) {
    super(message, cause);
    this.id = id;
    this.wayOut = wayOut;
  }

  /** The same anew, caused by this one: for who is told the same on another thread. */
  public abstract VedetteException again();

  public ErrorId id() {
    return id;
  }

  /** What the reader can do about it; may be empty where the message says it all. */
  public String wayOut() {
    return wayOut;
  }

  /** Message, way out and id in one line, as answers carry it. */
  public String explain() {
    return "%s (%s)".formatted(advice(), id.id());
  }

  /** Message and way out, for where the id stands elsewhere. */
  public String advice() {
    String message = getMessage();
    return wayOut.isEmpty() ? String.valueOf(message) : "%s; %s".formatted(message, wayOut);
  }
}
