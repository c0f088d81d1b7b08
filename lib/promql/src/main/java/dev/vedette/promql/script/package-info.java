/** Test scripts of PromQL: load series, evaluate, compare. */
@NullMarked
package dev.vedette.promql.script;

import org.jspecify.annotations.NullMarked;
