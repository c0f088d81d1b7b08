/** Tests of datadog. */
@NullMarked
package dev.vedette.querier.datadog;

import org.jspecify.annotations.NullMarked;
