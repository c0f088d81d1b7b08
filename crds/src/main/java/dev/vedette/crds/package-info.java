/** The custom resources as Java types. */
@NullMarked
package dev.vedette.crds;

import org.jspecify.annotations.NullMarked;
