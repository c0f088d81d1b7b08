/** Sums that lose no digits, and numbers as texts. */
@NullMarked
package dev.vedette.promql.numbers;

import org.jspecify.annotations.NullMarked;
