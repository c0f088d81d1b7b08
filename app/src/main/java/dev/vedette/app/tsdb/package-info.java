/** {@code vedette tsdb}: one class a subcommand. */
@NullMarked
package dev.vedette.app.tsdb;

import org.jspecify.annotations.NullMarked;
