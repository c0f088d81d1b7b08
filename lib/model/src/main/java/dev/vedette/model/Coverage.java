package dev.vedette.model;

import java.util.List;

/**
 * From when on a tenant's samples are there, as they were and in tiers: with buckets of one length
 * each, kept for longer than the samples themselves.
 *
 * @param rawFromMillis all samples from here on are there; {@link Long#MIN_VALUE} where none was
 *     ever taken away for its age
 * @param tiers those that have something, by ascending resolution
 */
public record Coverage(long rawFromMillis, List<Tier> tiers) {
  /** Where samples are all there is. */
  public static final Coverage RAW_ONLY = new Coverage(Long.MIN_VALUE, List.of());

  /** Lengths of a bucket that tiers may have, in milliseconds, ascending. */
  public static final List<Long> RESOLUTIONS = List.of(60_000L, 300_000L, 3_600_000L);

  public Coverage {
    tiers = List.copyOf(tiers);
  }

  /** A length of time as people write it: {@code 1m}, {@code 1h}. */
  public static String name(long millis) {
    if (millis % 3_600_000 == 0) {
      return millis / 3_600_000 + "h";
    }
    if (millis % 60_000 == 0) {
      return millis / 60_000 + "m";
    }
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  /**
   * A tier. Where it is not built yet its buckets are made of the samples as they are read.
   *
   * @param resolutionMillis length of a bucket; buckets end at multiples of it
   * @param fromMillis all of its buckets from here on are there
   * @param builtFromMillis begin of what is built, exclusive
   * @param builtToMillis end of what is built, inclusive
   * @param gaps times of which samples are gone and nothing is built, ascending: the tier was
   *     turned off then, or there were no samples
   */
  public record Tier(
      long resolutionMillis,
      long fromMillis,
      long builtFromMillis,
      long builtToMillis,
      List<Gap> gaps) {
    public Tier {
      gaps = List.copyOf(gaps);
    }

    /** Those of the gaps that lie in a closed range of time, as far as they do. */
    public List<Gap> gapsIn(long startMillis, long endMillis) {
      return gaps.stream()
          .filter(gap -> gap.startMillis <= endMillis && gap.endMillis >= startMillis)
          .map(
              gap ->
                  new Gap(
                      Math.max(gap.startMillis, startMillis), Math.min(gap.endMillis, endMillis)))
          .toList();
    }
  }

  /** A closed range of time that has nothing, in Unix milliseconds. */
  public record Gap(long startMillis, long endMillis) {
    public long millis() {
      return endMillis - startMillis + 1;
    }
  }
}
