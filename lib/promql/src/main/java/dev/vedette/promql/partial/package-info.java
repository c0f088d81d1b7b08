/** The part of an aggregation that is done where the series are. */
@NullMarked
package dev.vedette.promql.partial;

import org.jspecify.annotations.NullMarked;
