/** Chunks of samples as remote read streams them: Prometheus' encodings, written only. */
@NullMarked
package dev.vedette.wire.chunk;

import org.jspecify.annotations.NullMarked;
