package dev.vedette.ingester.agent;

import java.io.IOException;

/** One area of host metrics. Calls come from one thread at a time. */
interface HostCollector {
  /** As it appears in {@code node_scrape_collector_success{collector=…}}. */
  String name();

  /**
   * Writes the families of this area as they are now.
   *
   * @throws IOException where the system does not answer; what was written until then stays
   */
  void collect(ExpositionText out) throws IOException;
}
