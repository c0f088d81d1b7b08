/** The custom resources as Java types, and the port through which roles read them. */
@NullMarked
package dev.vedette.crds;

import org.jspecify.annotations.NullMarked;
