/** The Prometheus HTTP API v1 and the pages around it. */
@NullMarked
package dev.vedette.querier.http;

import org.jspecify.annotations.NullMarked;
