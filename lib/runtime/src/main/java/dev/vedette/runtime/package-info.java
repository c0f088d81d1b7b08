/** What every role needs of a process: HTTP glue, self-metrics. */
@NullMarked
package dev.vedette.runtime;

import org.jspecify.annotations.NullMarked;
