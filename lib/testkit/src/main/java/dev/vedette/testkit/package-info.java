/** Shared by tests: a simulated disk and clock, builders, contract suites of the ports. */
@NullMarked
package dev.vedette.testkit;

import org.jspecify.annotations.NullMarked;
