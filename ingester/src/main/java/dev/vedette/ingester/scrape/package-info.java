/** Pulls metrics from targets on schedule and hands the samples on; see {@code ScrapePools}. */
@NullMarked
package dev.vedette.ingester.scrape;

import org.jspecify.annotations.NullMarked;
