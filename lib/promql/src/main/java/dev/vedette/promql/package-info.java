/** PromQL: text to answers over a series source. */
@NullMarked
package dev.vedette.promql;

import org.jspecify.annotations.NullMarked;
