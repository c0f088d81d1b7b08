/** The storage role: the engine of {@code lib/tsdb} and what operators may ask of it over HTTP. */
@NullMarked
package dev.vedette.storage;

import org.jspecify.annotations.NullMarked;
