/** Where targets come from: fixed lists, DNS records, files. */
@NullMarked
package dev.vedette.ingester.discovery;

import org.jspecify.annotations.NullMarked;
