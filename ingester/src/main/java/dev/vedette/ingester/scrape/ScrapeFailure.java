package dev.vedette.ingester.scrape;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A scrape that gave no samples; the message is what {@code /api/v1/targets} shows. */
final class ScrapeFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** Kinds of failures, as counted. */
  enum Reason {
    /** No connection, a broken one, or TLS that failed. */
    CONNECTION,
    TIMEOUT,
    /** An HTTP status other than 200. */
    STATUS,
    /** A secret or certificate of the ScrapeTarget cannot be read. */
    CREDENTIALS,
    /** Not an exposition format, or not well-formed. */
    FORMAT,
    BODY_SIZE_LIMIT,
    SAMPLE_LIMIT,
    LABEL_LIMIT,
    /** More scrapes at once than this process takes on. */
    CONCURRENCY_LIMIT;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final transient Reason reason;

  ScrapeFailure(Reason reason, String message) {
    this(reason, message, null);
  }

  ScrapeFailure(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
