package dev.vedette.runtime.http;

import java.time.Duration;

/**
 * Settings of the HTTP server.
 *
 * @param listen where to listen
 * @param maxRequestBytes largest request body taken; a larger one is answered with 413
 * @param drain how long a stop waits for requests that are being answered
 */
public record HttpServerConfig(ListenAddress listen, long maxRequestBytes, Duration drain) {
  /** 64 MB: four times what Prometheus sends in its largest remote-write request. */
  public static final long DEFAULT_MAX_REQUEST_BYTES = 64L << 20;

  public static HttpServerConfig on(ListenAddress listen) {
    return new HttpServerConfig(listen, DEFAULT_MAX_REQUEST_BYTES, Duration.ofSeconds(5));
  }
}
