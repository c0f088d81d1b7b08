/** One series' samples as a run of bits: numbers to bytes and back, no files. */
@NullMarked
package dev.vedette.tsdb.chunk;

import org.jspecify.annotations.NullMarked;
