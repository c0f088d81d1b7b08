package dev.vedette.app;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** A time as options of commands have it: {@code 2026-01-31T00:00:00Z} or Unix seconds. */
public final class TimeText {
  private TimeText() {}

  /** In Unix milliseconds; throws {@link InvalidRequest}, which names the option. */
  public static long millis(String option, String text) {
    try {
      return text.contains("T")
          ? Instant.parse(text).toEpochMilli()
          : Math.round(Double.parseDouble(text) * 1000);
    } catch (DateTimeParseException | NumberFormatException e) {
      throw new InvalidRequest(
          ErrorId.INVALID_REQUEST,
          "%s \"%s\" is no time".formatted(option, text),
          "write it as 2026-01-31T00:00:00Z or in Unix seconds");
    }
  }
}
