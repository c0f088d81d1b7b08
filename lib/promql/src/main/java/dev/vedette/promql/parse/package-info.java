/** Tokens to a typed syntax tree, and the tree back to text. */
@NullMarked
package dev.vedette.promql.parse;

import org.jspecify.annotations.NullMarked;
