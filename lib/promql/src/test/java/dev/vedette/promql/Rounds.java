package dev.vedette.promql;

import java.time.Duration;

/**
 * How often something random is tried: as often as said, the same on every machine, or with {@code
 * -Dfuzz=10m} for so long.
 */
final class Rounds {
  private final int most;
  private final long nanos;
  private final long begun = System.nanoTime();
  private int count;

  private Rounds(int most, long nanos) {
    this.most = most;
    this.nanos = nanos;
  }

  static Rounds asked(int most) {
    String fuzz = System.getProperty("fuzz", "");
    return new Rounds(most, fuzz.isEmpty() ? 0 : Duration.parse("PT" + fuzz).toNanos());
  }

  /** Asked before each round. */
  boolean goOn() {
    return count++ < most || System.nanoTime() - begun < nanos;
  }
}
