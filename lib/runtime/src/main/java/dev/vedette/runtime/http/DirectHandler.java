package dev.vedette.runtime.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests of {@link DirectRoute}s and {@link ExchangeRoute}s out of a connection's stream
 * and answers them; all else passes. One request at a time: what a client sends ahead of an answer
 * waits here, and no more is read. A stop of the server waits for the answer. Confined to the
 * connection's event loop.
 */
final class DirectHandler extends ChannelDuplexHandler {
  private static final int FIRST_CAPACITY = 64 << 10;

  /** What all connections share. */
  record Shared(
      Map<String, DirectRoute> routes,
      Map<String, ExchangeRoute> exchanges,
      RequestMetrics metrics,
      long maxBodyBytes) {}

  private enum State {
    PASSING,
    READING,
    ANSWERING
  }

  private final Shared shared;
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private State state = State.PASSING;
  // Requests that the framework has and has not answered yet.
  private int passed;
  private @Nullable ChannelPromise closing;

  // Of the request being read or answered.
  private @Nullable DirectRoute route;
  private @Nullable ExchangeRoute exchange;
  private String path = "";
  private @Nullable HttpRequest request;
  private byte[] body = new byte[0];
  private int length;
  private long begunNanos;

  DirectHandler(Shared shared) {
    this.shared = shared;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    switch (state) {
      case PASSING -> begin(context, message);
      case READING -> readBody(context, message);
      case ANSWERING -> waiting.add(message);
    }
  }

  private void begin(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest next) {
      route = passed == 0 ? routeOf(next) : null;
      exchange = passed == 0 && route == null ? exchangeOf(next) : null;
      if (route != null || exchange != null) {
        request = next;
        path = next.uri();
        state = State.READING;
        begunNanos = shared.metrics.started();
        body = new byte[(int) Math.min(HttpUtil.getContentLength(next, 0), FIRST_CAPACITY)];
        length = 0;
        if (message instanceof HttpContent whole) {
          readBody(context, whole);
        }
        return;
      }
      passed++;
    }
    context.fireChannelRead(message);
  }

  private @Nullable DirectRoute routeOf(HttpRequest next) {
    DirectRoute found = shared.routes.get(next.uri());
    return found != null && isOrdinary(next, shared.maxBodyBytes) ? found : null;
  }

  private @Nullable ExchangeRoute exchangeOf(HttpRequest next) {
    ExchangeRoute found = shared.exchanges.get(next.uri());
    return found != null
            && isOrdinary(next, found.mostBytes())
            && DirectRequest.isEncodingKnown(next)
        ? found
        : null;
  }

  private static boolean isOrdinary(HttpRequest next, long mostBytes) {
    HttpHeaders headers = next.headers();
    return next.method().equals(HttpMethod.POST)
        && next.decoderResult().isSuccess()
        && next.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && HttpUtil.isKeepAlive(next)
        && !headers.contains(HttpHeaderNames.EXPECT)
        && !headers.contains(HttpHeaderNames.ORIGIN)
        && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && headers.contains(HttpHeaderNames.CONTENT_LENGTH)
        && HttpUtil.getContentLength(next, Long.MAX_VALUE) <= mostBytes;
  }

  private void readBody(ChannelHandlerContext context, Object message) {
    try {
      HttpContent content = (HttpContent) message;
      if (!content.decoderResult().isSuccess()) {
        abandon();
        context.close();
        return;
      }
      ByteBuf bytes = content.content();
      int more = bytes.readableBytes();
      if (body.length - length < more) {
        body = Arrays.copyOf(body, Math.max(body.length * 2, length + more));
      }
      bytes.readBytes(body, length, more);
      length += more;
      if (content instanceof LastHttpContent) {
        answer(context);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answer(ChannelHandlerContext context) {
    state = State.ANSWERING;
    DirectRoute asked = route;
    ExchangeRoute asksMore = exchange;
    HttpRequest of = request;
    byte[] bytes = body;
    int size = length;
    body = new byte[0];
    if (asked != null && of != null) {
      Thread.ofVirtual()
          .name("direct")
          .start(
              () -> {
                DirectRoute.Answer answer = answer(asked, of, bytes, size);
                context.executor().execute(() -> send(context, answer));
              });
    }
    if (asksMore != null && of != null) {
      byte[] whole = bytes.length == size ? bytes : Arrays.copyOf(bytes, size);
      DirectReply reply = new DirectReply(context, this::replied);
      Exchange.serve(new DirectRequest(of, context.channel()), each -> asksMore.answer(each, whole))
          .whenComplete((answer, failure) -> reply.send(of, answer, failure));
      // A client that leaves shows by reading only; what it sends meanwhile waits.
      context.read();
    }
  }

  /** A bug must not leave the client without an answer, nor the connection waiting for one. */
  private static DirectRoute.Answer answer(
      DirectRoute route, HttpRequest request, byte[] body, int length) {
    try {
      return route.answer(request.headers(), body, length);
    } catch (RuntimeException | Error e) {
      String incident = Incidents.log(request.method().name(), route.path(), e);
      return new DirectRoute.Answer(500, Map.of(), Incidents.text(incident) + "\n");
    }
  }

  private void send(ChannelHandlerContext context, DirectRoute.Answer answer) {
    if (context.channel().isActive()) {
      FullHttpResponse response = response(answer);
      if (closing != null) {
        response.headers().set(HttpHeaderNames.CONNECTION, "close");
      }
      context.writeAndFlush(response, context.voidPromise());
    }
    replied(context, answer.status());
  }

  /** An answer is on its way as a whole, or its client has gone. */
  private void replied(ChannelHandlerContext context, int status) {
    shared.metrics.ended(path, status, begunNanos);
    state = State.PASSING;
    request = null;
    if (!context.channel().isActive()) {
      return;
    }
    ChannelPromise close = closing;
    if (close != null) {
      context.close(close);
      return;
    }
    goOn(context);
  }

  private static FullHttpResponse response(DirectRoute.Answer answer) {
    byte[] text = answer.text().getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            text.length == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(text));
    answer.headers().forEach(response.headers()::set);
    if (text.length > 0) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, PlainText.CONTENT_TYPE);
    }
    if (answer.status() != 204) {
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, text.length);
    }
    return response;
  }

  /** What came meanwhile, then what the client sends next. */
  private void goOn(ChannelHandlerContext context) {
    boolean forwarded = false;
    while (state != State.ANSWERING && !waiting.isEmpty()) {
      Object message = waiting.poll();
      forwarded |= state == State.PASSING;
      channelRead(context, message);
    }
    if (state == State.ANSWERING) {
      return;
    }
    if (forwarded) {
      context.fireChannelReadComplete();
    }
    context.read();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    switch (state) {
      case PASSING -> context.fireChannelReadComplete();
      case READING -> context.read();
      case ANSWERING -> {}
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    boolean informs = message instanceof HttpResponse head && head.status().code() < 200;
    if (message instanceof LastHttpContent && !informs && passed > 0) {
      passed--;
    }
    context.write(message, promise);
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (state == State.ANSWERING && context.channel().isActive()) {
      closing = promise;
    } else {
      context.close(promise);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    abandon();
    ChannelPromise close = closing;
    if (close != null) {
      close.trySuccess();
    }
    context.fireChannelInactive();
  }

  /** Nobody waits for an answer any more. */
  private void abandon() {
    if (state == State.READING) {
      shared.metrics.ended(path, RequestMetrics.CLIENT_LEFT, begunNanos);
      state = State.PASSING;
    }
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }
}
