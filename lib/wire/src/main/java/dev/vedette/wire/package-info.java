/** Bytes to model and back: exposition formats, remote write. No sockets. */
@NullMarked
package dev.vedette.wire;

import org.jspecify.annotations.NullMarked;
