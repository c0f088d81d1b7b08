package dev.vedette.tsdb.head;

import dev.vedette.model.ErrorId;
import dev.vedette.model.WriteOutcome.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one request had refused: a count a reason, and the message of its first example. */
@SuppressWarnings("EnumOrdinal") // Arrays by reason: a refused sample must cost next to nothing.
final class Refusals {
  private static final ErrorId[] IDS = ErrorId.values();

  private final int[] samples = new int[IDS.length];
  private final @Nullable String[] messages = new String[IDS.length];
  private int total;

  void clear() {
    if (total > 0) {
      Arrays.fill(samples, 0);
      Arrays.fill(messages, null);
      total = 0;
    }
  }

  /** Whether the reason has no example yet; the caller then words one and passes it. */
  boolean isFirst(ErrorId id) {
    return messages[id.ordinal()] == null;
  }

  void add(ErrorId id, int count) {
    samples[id.ordinal()] += count;
    total += count;
  }

  void add(ErrorId id, int count, String message) {
    if (isFirst(id)) {
      messages[id.ordinal()] = message;
    }
    add(id, count);
  }

  int samples(ErrorId id) {
    return samples[id.ordinal()];
  }

  boolean isEmpty() {
    return total == 0;
  }

  List<Refusal> toList() {
    if (total == 0) {
      return List.of();
    }
    List<Refusal> refusals = new ArrayList<>();
    for (ErrorId id : IDS) {
      String message = messages[id.ordinal()];
      if (samples[id.ordinal()] > 0 && message != null) {
        // These pass with time; all else is the series' or sample's own.
        boolean retryable = id == ErrorId.SERIES_LIMIT || id == ErrorId.LATE_SAMPLES_LIMIT;
        refusals.add(new Refusal(id, samples[id.ordinal()], message, retryable));
      }
    }
    return refusals;
  }
}
