package dev.vedette.ingester.discovery;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A place that cannot be looked up, of which it is known what helps. */
final class LookupFailure extends IOException {
  private static final long serialVersionUID = 1;

  private final String wayOut;

  LookupFailure(String message, String wayOut, @Nullable Throwable cause) {
    super(message, cause);
    this.wayOut = wayOut;
  }

  String wayOut() {
    return wayOut;
  }
}
