/** Tests of the API over real HTTP. */
@NullMarked
package dev.vedette.querier.http;

import org.jspecify.annotations.NullMarked;
