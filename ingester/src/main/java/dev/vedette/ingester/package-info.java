/** Ways in for samples: receivers, scraping, host metrics. */
@NullMarked
package dev.vedette.ingester;

import org.jspecify.annotations.NullMarked;
