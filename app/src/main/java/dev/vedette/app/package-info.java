/** The program: roles and their wiring. */
@NullMarked
package dev.vedette.app;

import org.jspecify.annotations.NullMarked;
