/** Recent samples in memory: where writes arrive and most reads are answered. */
@NullMarked
package dev.vedette.tsdb.head;

import org.jspecify.annotations.NullMarked;
