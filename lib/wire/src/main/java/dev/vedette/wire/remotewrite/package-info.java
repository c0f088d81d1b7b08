/** Remote write requests, bytes to {@link dev.vedette.model.WriteBatch}. No sockets. */
@NullMarked
package dev.vedette.wire.remotewrite;

import org.jspecify.annotations.NullMarked;
