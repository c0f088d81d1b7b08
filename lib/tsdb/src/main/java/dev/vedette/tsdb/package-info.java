/** The storage engine. */
@NullMarked
package dev.vedette.tsdb;

import org.jspecify.annotations.NullMarked;
