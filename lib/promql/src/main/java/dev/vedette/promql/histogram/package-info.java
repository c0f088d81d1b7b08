/** Arithmetic of native histograms: immutable in, immutable out. */
@NullMarked
package dev.vedette.promql.histogram;

import org.jspecify.annotations.NullMarked;
