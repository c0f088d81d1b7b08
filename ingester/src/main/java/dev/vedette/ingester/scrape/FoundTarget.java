package dev.vedette.ingester.scrape;

import dev.vedette.model.Labels;
import java.net.URI;
import java.time.Duration;

/**
 * A target to scrape.
 *
 * @param discovered labels before relabelling
 * @param labels labels its series carry
 */
record FoundTarget(Labels discovered, Labels labels, URI url, Duration interval, Duration timeout) {

  /** What makes it the same target after a reload. */
  Identity identity() {
    return new Identity(labels, url);
  }

  record Identity(Labels labels, URI url) {}
}
