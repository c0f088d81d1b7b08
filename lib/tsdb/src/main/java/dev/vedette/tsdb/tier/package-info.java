/** Tiers: buckets of a minute and more in place of samples, for longer than those are kept. */
@NullMarked
package dev.vedette.tsdb.tier;

import org.jspecify.annotations.NullMarked;
