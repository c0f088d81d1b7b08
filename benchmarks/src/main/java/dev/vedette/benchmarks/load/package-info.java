/**
 * Load from outside: what senders send, targets show and users ask, and what a server takes for it.
 */
@NullMarked
package dev.vedette.benchmarks.load;

import org.jspecify.annotations.NullMarked;
