/** Ways out: the Prometheus HTTP API. */
@NullMarked
package dev.vedette.querier;

import org.jspecify.annotations.NullMarked;
