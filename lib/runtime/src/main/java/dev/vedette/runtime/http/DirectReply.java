package dev.vedette.runtime.http;

import io.micronaut.http.HttpResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Sends the answer of one {@link Exchange} that came past the framework. */
final class DirectReply {
  /** Told on the event loop when nothing more will be written. */
  @FunctionalInterface
  interface Replied {
    void replied(ChannelHandlerContext context, int status);
  }

  private final ChannelHandlerContext context;
  private final Replied replied;

  DirectReply(ChannelHandlerContext context, Replied replied) {
    this.context = context;
    this.replied = replied;
  }

  /** Any thread. */
  void send(HttpRequest request, @Nullable HttpResponse<?> answer, @Nullable Throwable failure) {
    context.executor().execute(() -> sendHere(request, answer, failure));
  }

  private void sendHere(
      HttpRequest request, @Nullable HttpResponse<?> answer, @Nullable Throwable failure) {
    if (answer == null) {
      whole(bug(request, Objects.requireNonNull(failure)));
      return;
    }
    Object body = answer.body();
    if (body instanceof PipeWriter.Piped piped) {
      stream(answer, piped.pipe());
    } else {
      byte[] bytes = body instanceof byte[] known ? known : new byte[0];
      whole(
          head(
              answer,
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status(answer), of(bytes))));
    }
  }

  private static ByteBuf of(byte[] bytes) {
    return bytes.length == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(bytes);
  }

  private static HttpResponseStatus status(HttpResponse<?> answer) {
    return HttpResponseStatus.valueOf(answer.code(), answer.reason());
  }

  private static <T extends io.netty.handler.codec.http.HttpResponse> T head(
      HttpResponse<?> answer, T response) {
    answer.getHeaders().forEach((name, values) -> response.headers().add(name, values));
    return response;
  }

  /** A bug must not leave the client without an answer, nor the connection waiting for one. */
  private static DefaultFullHttpResponse bug(HttpRequest request, Throwable failure) {
    String incident = Incidents.log(request.method().name(), request.uri(), failure);
    byte[] text = (Incidents.text(incident) + "\n").getBytes(StandardCharsets.UTF_8);
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.INTERNAL_SERVER_ERROR, of(text));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, PlainText.CONTENT_TYPE);
    return response;
  }

  private void whole(DefaultFullHttpResponse response) {
    int status = response.status().code();
    if (status != 204) {
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    }
    context.writeAndFlush(response, context.voidPromise());
    replied.replied(context, status);
  }

  private void stream(HttpResponse<?> answer, BodyPipe pipe) {
    DefaultHttpResponse response =
        head(answer, new DefaultHttpResponse(HttpVersion.HTTP_1_1, status(answer)));
    response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    context.write(response, context.voidPromise());
    pipe.subscribe(new Sender(answer.code()));
  }

  /** Asks for a part once the one before is on its way, so that a slow client slows the writer. */
  private final class Sender implements Subscriber<ByteBuf> {
    private final int status;
    private @Nullable Subscription parts;
    // Confined to the event loop: the end may be there before the last part is sent.
    private boolean done;

    Sender(int status) {
      this.status = status;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      parts = subscription;
      subscription.request(1);
    }

    @Override
    public void onNext(ByteBuf part) {
      context.writeAndFlush(new DefaultHttpContent(part)).addListener(this::sent);
    }

    private void sent(Future<?> sent) {
      Subscription more = Objects.requireNonNull(parts);
      if (sent.isSuccess()) {
        more.request(1);
      } else {
        more.cancel();
        finish(RequestMetrics.CLIENT_LEFT);
      }
    }

    private void finish(int code) {
      if (!done) {
        done = true;
        replied.replied(context, code);
      }
    }

    @Override
    public void onError(Throwable failure) {
      // Nobody takes a part for the whole: the last chunk is missing.
      context
          .executor()
          .execute(
              () -> {
                context.close();
                finish(status);
              });
    }

    @Override
    public void onComplete() {
      context
          .executor()
          .execute(
              () -> {
                context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, context.voidPromise());
                finish(status);
              });
    }
  }
}
