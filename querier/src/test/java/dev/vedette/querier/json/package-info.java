/** Tests of the JSON encoder. */
@NullMarked
package dev.vedette.querier.json;

import org.jspecify.annotations.NullMarked;
