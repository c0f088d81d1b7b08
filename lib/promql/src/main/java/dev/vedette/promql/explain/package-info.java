/** What a plan is made of, and what each part of it took. */
@NullMarked
package dev.vedette.promql.explain;

import org.jspecify.annotations.NullMarked;
