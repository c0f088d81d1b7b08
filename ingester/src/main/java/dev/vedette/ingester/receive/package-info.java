/** Push receivers: pure classes from headers and bytes to an answer, and thin HTTP controllers. */
@NullMarked
package dev.vedette.ingester.receive;

import org.jspecify.annotations.NullMarked;
