/** What a tenant may send: checked before storage, changed while running. */
@NullMarked
package dev.vedette.ingester.limits;

import org.jspecify.annotations.NullMarked;
