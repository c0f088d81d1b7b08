/** Protobuf by hand: messages are walked field by field in the bytes they came in. */
@NullMarked
package dev.vedette.wire.proto;

import org.jspecify.annotations.NullMarked;
