/** Hosts the storage engine. */
@NullMarked
package dev.vedette.storage;

import org.jspecify.annotations.NullMarked;
