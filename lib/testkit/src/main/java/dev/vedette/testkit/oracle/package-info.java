/**
 * PromQL in its simplest form: expressions that carry their meaning with them, worked out for one
 * time after the other, series by series, over samples in maps. What engines are compared with.
 */
@NullMarked
package dev.vedette.testkit.oracle;

import org.jspecify.annotations.NullMarked;
