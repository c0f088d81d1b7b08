/** Datadog-style queries of metrics: parsed here, and answered as the PromQL they stand for. */
@NullMarked
package dev.vedette.querier.datadog;

import org.jspecify.annotations.NullMarked;
