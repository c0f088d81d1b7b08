package dev.vedette.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is being scraped, as {@code /api/v1/targets} shows it. */
public interface TargetSource {
  /** Targets scraped now, by pool and address. */
  List<Target> active();

  /** Targets that relabelling dropped, with the labels they were found with. */
  List<Dropped> dropped();

  /** What the active targets say of their metric families, those that were scraped. */
  default List<TargetFamilies> families() {
    return List.of();
  }

  /**
   * What each relabelling rule of a pool makes of labels, one rule after the other; empty where
   * there is no such pool.
   */
  default Optional<List<RelabelStep>> relabelSteps(String pool, Labels discovered) {
    return Optional.empty();
  }

  /** Where targets are looked up and that failed when it was looked at last, by pool and place. */
  default List<FailedLookup> failedLookups() {
    return List.of();
  }

  /** How the last scrape went. */
  enum Health {
    UNKNOWN,
    UP,
    DOWN
  }

  /**
   * One target.
   *
   * @param pool the ScrapeTarget and its endpoint: {@code namespace/name/0}
   * @param discovered labels before relabelling, {@code __address__} among them
   * @param labels labels its series carry
   * @param lastError empty after a good scrape
   */
  record Target(
      String pool,
      String url,
      Labels discovered,
      Labels labels,
      Duration interval,
      Duration timeout,
      Health health,
      String lastError,
      Optional<Instant> lastScrape,
      Duration lastDuration) {}

  /** One dropped target. */
  record Dropped(String pool, Labels discovered) {}

  /** A place where targets of a pool cannot be looked up. */
  record FailedLookup(String pool, FailedPlace place) {}

  /**
   * A place where targets cannot be looked up.
   *
   * @param mechanism {@code dns} or {@code file}
   * @param name of the place: a file, a pattern of files or a DNS name
   * @param reason of the last failure
   * @param wayOut what may help
   * @param since when the first of the failures in a row was
   * @param targetsKept targets found there before, which stay
   */
  record FailedPlace(
      String mechanism,
      String name,
      String reason,
      String wayOut,
      Instant since,
      int targetsKept) {}

  /**
   * Metadata of one target's page as last read.
   *
   * @param labels labels its series carry
   */
  record TargetFamilies(Labels labels, List<MetricMetadata> families) {
    public TargetFamilies {
      families = List.copyOf(families);
    }
  }

  /**
   * Labels behind one rule.
   *
   * @param output without labels where the target is dropped
   * @param isKept false from the rule on that drops the target
   */
  record RelabelStep(Relabeling rule, Labels output, boolean isKept) {}

  /** A relabelling rule as resources write it. */
  record Relabeling(
      String action,
      List<String> sourceLabels,
      String separator,
      String regex,
      long modulus,
      String targetLabel,
      String replacement) {
    public Relabeling {
      sourceLabels = List.copyOf(sourceLabels);
    }
  }
}
