package dev.vedette.ingester.scrape;

/**
 * Settings of scraping as a whole.
 *
 * @param maxTargets targets this process scrapes; further ones are shown as down and not scraped
 * @param maxConcurrentScrapes scrapes under way at one time; one that finds no room within its
 *     timeout fails
 */
public record ScrapeConfig(int maxTargets, int maxConcurrentScrapes) {
  /** What holds where nothing is set. */
  public static final ScrapeConfig DEFAULT = new ScrapeConfig(20_000, 1000);

  public ScrapeConfig {
    if (maxTargets < 1 || maxConcurrentScrapes < 1) {
      throw new IllegalArgumentException(
          "maxTargets is %d and maxConcurrentScrapes %d, expected at least 1"
              .formatted(maxTargets, maxConcurrentScrapes));
    }
  }
}
