/** Text that targets expose: Prometheus text 0.0.4 and OpenMetrics 1.0, bytes to samples. */
@NullMarked
package dev.vedette.wire.exposition;

import org.jspecify.annotations.NullMarked;
