/** From the syntax tree to operators. */
@NullMarked
package dev.vedette.promql.plan;

import org.jspecify.annotations.NullMarked;
