/** The index of a block: label dictionaries, series columns, postings, and matching over them. */
@NullMarked
package dev.vedette.tsdb.index;

import org.jspecify.annotations.NullMarked;
