package dev.vedette.ingester;

import dev.vedette.ingester.scrape.ScrapeConfig;
import dev.vedette.model.TenantId;

/**
 * Settings of the ingester, under {@code ingester}.
 *
 * @param tenant whose data scraped samples are
 * @param instance names this process among its peers, usually the host's name; it decides at which
 *     moments targets are scraped, so keep it from one start to the next
 * @param version as targets see it in {@code User-Agent}
 */
public record IngesterConfig(
    TenantId tenant, String instance, String version, ScrapeConfig scrape) {
  /** The default tenant and limits. */
  public static IngesterConfig of(String instance, String version) {
    return new IngesterConfig(TenantId.DEFAULT, instance, version, ScrapeConfig.DEFAULT);
  }
}
