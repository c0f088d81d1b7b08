/** Request bodies as they arrive: content codings undone into reused memory, within a bound. */
@NullMarked
package dev.vedette.wire.body;

import org.jspecify.annotations.NullMarked;
