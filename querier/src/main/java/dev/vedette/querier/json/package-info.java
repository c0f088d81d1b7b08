/** JSON as the Prometheus API writes it, straight to bytes. */
@NullMarked
package dev.vedette.querier.json;

import org.jspecify.annotations.NullMarked;
