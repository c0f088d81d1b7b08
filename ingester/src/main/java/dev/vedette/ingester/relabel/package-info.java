/** Relabelling of targets and samples with Prometheus semantics. Pure. */
@NullMarked
package dev.vedette.ingester.relabel;

import org.jspecify.annotations.NullMarked;
