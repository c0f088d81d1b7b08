/**
 * The HTTP rim shared by all roles: the server, its errors, health, self-metrics, streamed replies.
 */
@NullMarked
package dev.vedette.runtime.http;

import org.jspecify.annotations.NullMarked;
