/** Operators: columns of up to 64 series by all steps, pulled batch by batch. */
@NullMarked
package dev.vedette.promql.exec;

import org.jspecify.annotations.NullMarked;
