package dev.vedette.ingester.scrape;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Scraping of one target, for each test anew. */
abstract class OneTarget {
  final ScrapeFixture scraping = new ScrapeFixture();
  TestTarget target;

  @BeforeEach
  void startTarget() throws IOException {
    target = TestTarget.start();
  }

  @AfterEach
  void stop() {
    scraping.close();
    target.close();
  }
}
