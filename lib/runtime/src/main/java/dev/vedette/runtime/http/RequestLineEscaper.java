package dev.vedette.runtime.http;

import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * Escapes what should have been escaped in a request's path and query. People type {@code curl -g
 * 'host/api/v1/query?query=up{job="x"}'}, and other servers take it.
 */
@Singleton
final class RequestLineEscaper implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {
  private static final String ALLOWED_PUNCTUATION = "-._~:/?[]@!$&'()*+,;=%";

  @Override
  public NettyServerCustomizer.Registry onCreated(
      BeanCreatedEvent<NettyServerCustomizer.Registry> event) {
    event.getBean().register(new Customizer(null));
    return event.getBean();
  }

  /** Adds the handler to each connection, in front of the framework's own. */
  private record Customizer(@Nullable Channel channel) implements NettyServerCustomizer {
    @Override
    public NettyServerCustomizer specializeForChannel(Channel channel, ChannelRole role) {
      return new Customizer(channel);
    }

    @Override
    public void onStreamPipelineBuilt() {
      if (channel != null) {
        channel
            .pipeline()
            .addBefore(
                ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND, "escaper", new Handler());
      }
    }
  }

  @Sharable
  private static final class Handler extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest request) {
        request.setUri(escape(request.uri()));
      }
      context.fireChannelRead(message);
    }
  }

  /**
   * Escapes every character that a URI may not hold, and percent signs that start no escape. The
   * decoder of request lines makes one character of each byte.
   */
  static String escape(String uri) {
    int bad = firstBad(uri, 0);
    if (bad < 0) {
      return uri;
    }
    StringBuilder out = new StringBuilder(uri.length() + 32);
    int from = 0;
    while (bad >= 0) {
      out.append(uri, from, bad).append("%%%02X".formatted(uri.charAt(bad) & 0xff));
      from = bad + 1;
      bad = firstBad(uri, from);
    }
    return out.append(uri, from, uri.length()).toString();
  }

  private static int firstBad(String uri, int from) {
    for (int i = from; i < uri.length(); i++) {
      char c = uri.charAt(i);
      boolean alphanumeric = c < 0x80 && Character.isLetterOrDigit(c);
      boolean allowed = alphanumeric || ALLOWED_PUNCTUATION.indexOf(c) >= 0;
      if (!allowed || (c == '%' && !isEscape(uri, i))) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isEscape(String uri, int percent) {
    return percent + 2 < uri.length()
        && Character.digit(uri.charAt(percent + 1), 16) >= 0
        && Character.digit(uri.charAt(percent + 2), 16) >= 0;
  }
}
