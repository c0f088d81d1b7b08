/** Rescue of what is readable in a damaged data folder that no process is using. */
@NullMarked
package dev.vedette.tsdb.repair;

import org.jspecify.annotations.NullMarked;
