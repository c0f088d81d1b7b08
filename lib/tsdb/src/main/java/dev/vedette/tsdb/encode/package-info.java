/** Numbers to bytes and back, and the checked pieces of bytes that a block consists of. */
@NullMarked
package dev.vedette.tsdb.encode;

import org.jspecify.annotations.NullMarked;
