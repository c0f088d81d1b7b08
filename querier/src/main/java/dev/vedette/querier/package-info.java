/** The querier role: answers questions about series. */
@NullMarked
package dev.vedette.querier;

import org.jspecify.annotations.NullMarked;
