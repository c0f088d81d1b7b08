/** Benchmarks of scraping, beside the package-private code they measure. */
@NullMarked
package dev.vedette.ingester.scrape;

import org.jspecify.annotations.NullMarked;
