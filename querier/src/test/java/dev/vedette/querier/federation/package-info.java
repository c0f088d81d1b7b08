/** Tests of federation. */
@NullMarked
package dev.vedette.querier.federation;

import org.jspecify.annotations.NullMarked;
