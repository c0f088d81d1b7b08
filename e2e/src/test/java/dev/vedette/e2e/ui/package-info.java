/** Tests of the pages in a real browser, against the whole program with real data. */
@NullMarked
package dev.vedette.e2e.ui;

import org.jspecify.annotations.NullMarked;
