/** Remote read: what is asked, and both forms of the answer. No sockets. */
@NullMarked
package dev.vedette.wire.remoteread;

import org.jspecify.annotations.NullMarked;
