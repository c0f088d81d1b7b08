/** Reads resources from files: text to positions, to valid objects, to a watched folder. */
@NullMarked
package dev.vedette.crds.load;

import org.jspecify.annotations.NullMarked;
