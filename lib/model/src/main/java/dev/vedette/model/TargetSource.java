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
}
