/** What is known of results of range queries, and how it answers the next ones. */
@NullMarked
package dev.vedette.querier.cache;

import org.jspecify.annotations.NullMarked;
