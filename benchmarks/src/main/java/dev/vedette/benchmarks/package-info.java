/** JMH benchmarks behind the claims about speed. */
@NullMarked
package dev.vedette.benchmarks;

import org.jspecify.annotations.NullMarked;
