/** Native histograms as protobuf messages have them, for every message that does. */
@NullMarked
package dev.vedette.wire.histogram;

import org.jspecify.annotations.NullMarked;
