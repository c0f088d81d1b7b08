/** Remote read: raw samples for another Prometheus, or whoever speaks its protocol. */
@NullMarked
package dev.vedette.querier.remoteread;

import org.jspecify.annotations.NullMarked;
