/** Tests of the HTTP rim. */
@NullMarked
package dev.vedette.runtime.http;

import org.jspecify.annotations.NullMarked;
