/** Tests of the whole program as a user meets it: a process, its arguments, HTTP. */
@NullMarked
package dev.vedette.e2e;

import org.jspecify.annotations.NullMarked;
