package dev.vedette.promql.exec;

import dev.vedette.model.Coverage;
import dev.vedette.model.Coverage.Tier;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which tier answers a selector, if any; of one query, on its thread.
 *
 * <p>Where samples are there, a tier is read only if the answer is the same: windows begin and end
 * with buckets, and what is asked of them is in the buckets' columns. Where samples are gone, the
 * ends of windows are moved to those of buckets if need be, which is said, and what buckets cannot
 * say is refused. Decision: {@code docs/adr/003-tiers-answer-what-they-can-prove.md}.
 */
public final class TierChoice {
  private final Supplier<Coverage> source;
  private final OptionalLong asked;
  private @Nullable Coverage coverage;

  /**
   * @param asked resolution that the query asks for, 0 for samples as they are
   */
  TierChoice(Supplier<Coverage> source, OptionalLong asked) {
    this.source = source;
    this.asked = asked;
  }

  /** Resolution that the query asks for, 0 for samples as they are; empty for any. */
  OptionalLong asked() {
    return asked;
  }

  /**
   * What is to be read.
   *
   * @param resolutionMillis of the tier; 0 for samples as they are
   * @param windows those asked for, or where they were moved to
   * @param isRawThere whether all samples are there as they were
   */
  public record Chosen(long resolutionMillis, WindowTimes windows, boolean isRawThere) {
    public boolean isRaw() {
      return resolutionMillis == 0;
    }
  }

  /**
   * Chooses, and says so where it is a tier.
   *
   * @throws InvalidRequest where samples are gone and no tier can say what is asked
   */
  public Chosen choose(TierNeed need, Notes notes) {
    Coverage there = coverage();
    boolean isRawThere = isRawThere(need, there);
    if (asked.isPresent()) {
      return asAsked(need, there, isRawThere, notes);
    }
    if (isRawThere) {
      return exactly(need, there)
          .map(tier -> chosen(need, tier.resolutionMillis(), there, true, notes))
          .orElse(raw(need));
    }
    if (need.kind() == TierNeed.Kind.SAMPLES) {
      throw refused(
          "%s needs samples as they were, and those before %s are kept in tiers only"
              .formatted(need.what(), time(there.rawFromMillis())),
          "ask for a later time, or for what tiers have: count, sum, avg, min, max, first, last,"
              + " rate, increase, delta");
    }
    return chosen(need, instead(need, there), there, false, notes);
  }

  private Coverage coverage() {
    Coverage known = coverage;
    if (known == null) {
      known = source.get();
      coverage = known;
    }
    return known;
  }

  /** Whether all samples are there, or as many as in any tier. */
  private static boolean isRawThere(TierNeed need, Coverage there) {
    long rawFrom = there.rawFromMillis();
    return need.firstMillis() >= rawFrom
        || there.tiers().stream()
            .noneMatch(
                tier ->
                    tier.builtFromMillis() + 1 < rawFrom
                        && tier.builtToMillis() >= need.firstMillis());
  }

  /** The coarsest tier that gives the same answer, if something of it is built. */
  private static Optional<Tier> exactly(TierNeed need, Coverage there) {
    if (!need.isExact() || need.kind() == TierNeed.Kind.SAMPLES) {
      return Optional.empty();
    }
    return there.tiers().stream()
        .filter(tier -> need.isAligned(tier.resolutionMillis()))
        .filter(tier -> tier.fromMillis() <= need.firstMillis())
        .filter(
            tier ->
                tier.builtFromMillis() < need.lastMillis()
                    && tier.builtToMillis() >= need.firstMillis())
        .max(Comparator.comparingLong(Tier::resolutionMillis));
  }

  /** The tier to read where samples are gone: of those that miss least of the time. */
  private static long instead(TierNeed need, Coverage there) {
    long oldest = there.tiers().stream().mapToLong(Tier::fromMillis).min().orElseThrow();
    List<Tier> covering =
        there.tiers().stream()
            .filter(tier -> tier.fromMillis() <= Math.max(need.firstMillis(), oldest))
            .toList();
    List<Tier> fit = covering.stream().filter(tier -> fits(need, tier.resolutionMillis())).toList();
    long least = fit.stream().mapToLong(tier -> missing(need, tier)).min().orElse(0);
    List<Long> best =
        fit.stream()
            .filter(tier -> missing(need, tier) == least)
            .map(Tier::resolutionMillis)
            .toList();
    if (best.isEmpty()) {
      throw windowTooShort(need, covering.getFirst().resolutionMillis(), there.rawFromMillis());
    }
    return best.stream()
        .filter(need::isAligned)
        .max(Comparator.naturalOrder())
        .or(() -> best.stream().filter(need::suitsSteps).max(Comparator.naturalOrder()))
        .orElse(best.getFirst());
  }

  private static boolean fits(TierNeed need, long resolution) {
    return need.isAligned(resolution) || need.canBeMoved(resolution);
  }

  /** For how much of the time a tier has nothing though there may have been samples. */
  private static long missing(TierNeed need, Tier tier) {
    return tier.gapsIn(need.firstMillis(), need.lastMillis()).stream()
        .mapToLong(Coverage.Gap::millis)
        .sum();
  }

  private Chosen asAsked(TierNeed need, Coverage there, boolean isRawThere, Notes notes) {
    long resolution = asked.getAsLong();
    if (resolution == 0) {
      return raw(need);
    }
    String name = Coverage.name(resolution);
    if (need.kind() == TierNeed.Kind.SAMPLES) {
      throw refused(
          "%s needs samples as they were, not buckets of %s".formatted(need.what(), name),
          "leave out the parameter tier, or ask for tier=raw");
    }
    boolean isKept = there.tiers().stream().anyMatch(tier -> tier.resolutionMillis() == resolution);
    if (!isKept && !isRawThere) {
      throw refused(
          "there is no tier of %s".formatted(name),
          "ask for one of %s, or leave out the parameter tier".formatted(names(there)));
    }
    if (!fits(need, resolution)) {
      throw windowTooShort(need, resolution, there.rawFromMillis());
    }
    return chosen(need, resolution, there, isRawThere, notes);
  }

  private static List<String> names(Coverage there) {
    return there.tiers().stream().map(tier -> Coverage.name(tier.resolutionMillis())).toList();
  }

  private static Chosen raw(TierNeed need) {
    return new Chosen(0, need.windows(), true);
  }

  private static Chosen chosen(
      TierNeed need, long resolution, Coverage there, boolean isRawThere, Notes notes) {
    String name = Coverage.name(resolution);
    there.tiers().stream()
        .filter(tier -> tier.resolutionMillis() == resolution)
        .flatMap(tier -> tier.gapsIn(need.firstMillis(), need.lastMillis()).stream())
        .forEach(
            gap ->
                notes.info(
                    "tier %s has nothing from %s to %s"
                        .formatted(name, time(gap.startMillis() - 1), time(gap.endMillis()))));
    if (need.isAligned(resolution)) {
      notes.info("answered from tier %s".formatted(name));
      return new Chosen(resolution, need.windows(), isRawThere);
    }
    notes.info(
        "answered from tier %1$s, with windows that end at multiples of %1$s".formatted(name));
    return new Chosen(resolution, need.moved(resolution), isRawThere);
  }

  private static InvalidRequest windowTooShort(TierNeed need, long resolution, long rawFrom) {
    String name = Coverage.name(resolution);
    return refused(
        "%s over %s cannot be answered from the tier of %s, which is what is kept of samples before %s"
            .formatted(
                need.what(), Coverage.name(need.windows().rangeMillis()), name, time(rawFrom)),
        "use a range that is a multiple of %1$s and at least twice as long, or let start, step and range all be multiples of %1$s, or ask for a later time"
            .formatted(name));
  }

  private static String time(long millis) {
    return millis == Long.MIN_VALUE ? "now" : Instant.ofEpochMilli(millis).toString();
  }

  private static InvalidRequest refused(String message, String wayOut) {
    return new InvalidRequest(ErrorId.TIER_UNFIT, message, wayOut);
  }
}
