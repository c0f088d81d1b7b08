/** Latest samples for another Prometheus to scrape. */
@NullMarked
package dev.vedette.querier.federation;

import org.jspecify.annotations.NullMarked;
