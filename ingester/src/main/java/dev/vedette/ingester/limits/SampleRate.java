package dev.vedette.ingester.limits;

/**
 * A rate of samples.
 *
 * @param perSecond samples a second in the long run
 * @param burst samples that may come at once after a pause
 */
public record SampleRate(long perSecond, long burst) {
  public SampleRate {
    if (perSecond <= 0 || burst <= 0) {
      throw new IllegalArgumentException(
          "a sample rate of %d/s with a burst of %d lets nothing pass; both must be above 0"
              .formatted(perSecond, burst));
    }
  }

  /** A rate with the burst of ten seconds. */
  public static SampleRate of(long perSecond) {
    return new SampleRate(perSecond, Math.multiplyExact(perSecond, 10));
  }
}
