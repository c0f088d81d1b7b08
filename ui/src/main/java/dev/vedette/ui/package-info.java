/** The pages that people look at: explore, cardinality, targets. */
@NullMarked
package dev.vedette.ui;

import org.jspecify.annotations.NullMarked;
