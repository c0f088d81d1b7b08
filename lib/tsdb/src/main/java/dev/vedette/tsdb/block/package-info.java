/** Immutable blocks: written once, mapped, read page by page, merged. */
@NullMarked
package dev.vedette.tsdb.block;

import org.jspecify.annotations.NullMarked;
