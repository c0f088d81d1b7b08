/** Text of an expression to tokens. */
@NullMarked
package dev.vedette.promql.lex;

import org.jspecify.annotations.NullMarked;
