/** Aggregations that a source of series does a part of: what is asked, and what comes back. */
@NullMarked
package dev.vedette.model.partial;

import org.jspecify.annotations.NullMarked;
