/** Texts that resources write and programs compute with: durations, sizes. */
@NullMarked
package dev.vedette.crds.value;

import org.jspecify.annotations.NullMarked;
