/** The write-ahead log: what makes a write durable before it is acknowledged, and its replay. */
@NullMarked
package dev.vedette.tsdb.wal;

import org.jspecify.annotations.NullMarked;
