package dev.vedette.runtime.http;

import io.micronaut.http.HttpMethod;
import io.micronaut.http.simple.SimpleHttpRequest;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;

/** A request of an {@link ExchangeRoute}, as handlers know requests. */
final class DirectRequest extends SimpleHttpRequest<byte[]> {
  private static final String GZIP = "gzip";
  private static final byte[] ELSEWHERE = {};

  private final Channel channel;

  DirectRequest(HttpRequest request, Channel channel) {
    super(HttpMethod.POST, request.uri(), ELSEWHERE);
    this.channel = channel;
    request.headers().forEach(header -> header(header.getKey(), header.getValue()));
  }

  /** Whether an answer is wanted as it is, or compressed in the one way that is known here. */
  static boolean isEncodingKnown(HttpRequest request) {
    String accepted = request.headers().get(HttpHeaderNames.ACCEPT_ENCODING);
    return accepted == null || accepted.equals(GZIP);
  }

  Channel channel() {
    return channel;
  }

  boolean acceptsGzip() {
    return getHeaders().contains(HttpHeaderNames.ACCEPT_ENCODING.toString());
  }
}
