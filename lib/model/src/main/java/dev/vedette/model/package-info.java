/** The data every role shares: labels, samples in flight, errors, and the ports between roles. */
@NullMarked
package dev.vedette.model;

import org.jspecify.annotations.NullMarked;
