package dev.vedette.runtime.http;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.ServerHttpRequest;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request answered by a virtual thread of its own: it may block, and what it writes goes out
 * while it writes, with bounded memory. Used by that thread only, but for {@link #onDisconnect}'s
 * actions.
 */
public final class Exchange {
  private static final Logger log = LoggerFactory.getLogger(Exchange.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Answers one request. */
  @FunctionalInterface
  public interface Handler {
    void handle(Exchange exchange) throws IOException;
  }

  /** Answers one request that carries a body. */
  @FunctionalInterface
  public interface BodyHandler {
    void handle(Exchange exchange, byte[] body) throws IOException;
  }

  /** Looks out for the client's leaving until it is closed. */
  @FunctionalInterface
  public interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  private final HttpRequest<?> request;
  private final CompletableFuture<HttpResponse<?>> response = new CompletableFuture<>();
  private @Nullable BodyPipe body;
  // The pipe, or what compresses before it.
  private @Nullable OutputStream written;

  private Exchange(HttpRequest<?> request) {
    this.request = request;
  }

  /**
   * Runs the handler on a new virtual thread. An exception thrown before the reply's first {@value
   * BodyPipe#BUFFER_BYTES} bytes becomes an error reply; a later one breaks the connection, so that
   * nobody takes a part for the whole.
   */
  public static CompletionStage<HttpResponse<?>> serve(HttpRequest<?> request, Handler handler) {
    Exchange exchange = new Exchange(request);
    Thread.ofVirtual().name("http ", 0).start(() -> exchange.run(handler));
    return exchange.response;
  }

  /**
   * The same with the request's body, which is read first, up to the server's limit; empty where
   * none was sent.
   */
  public static CompletionStage<HttpResponse<?>> serveBody(
      HttpRequest<?> request, BodyHandler handler) {
    return ((ServerHttpRequest<?>) request)
        .byteBody()
        .buffer()
        .thenCompose(
            buffered -> {
              byte[] body = buffered.toByteArray();
              return serve(request, exchange -> handler.handle(exchange, body));
            });
  }

  public HttpRequest<?> request() {
    return request;
  }

  /** Parameters of the query string. */
  public Params queryParams() {
    return Params.ofQuery(request);
  }

  /**
   * Starts the reply; call it once. The body is what is written to the stream by the time the
   * handler returns; a short one is sent with its length, a longer one in chunks.
   */
  public OutputStream reply(MutableHttpResponse<?> head) {
    BodyPipe pipe =
        new BodyPipe(
            new BodyPipe.Outcome() {
              @Override
              public void whole(byte[] bytes) {
                response.complete(head.body(bytes));
              }

              @Override
              public void stream(BodyPipe pipe) {
                response.complete(head.body(new PipeWriter.Piped(pipe)));
              }
            },
            PATIENCE);
    body = pipe;
    OutputStream out = pipe;
    if (request instanceof DirectRequest direct && direct.acceptsGzip()) {
      out = new GzipBody(pipe, () -> head.header(HttpHeaders.CONTENT_ENCODING, "gzip"));
    }
    written = out;
    return out;
  }

  /** Replies without a body of its own, or with one that is there already. */
  public void replyWhole(HttpResponse<?> whole) {
    response.complete(whole);
  }

  /**
   * Has the action run, on the event loop, when the client closes the connection before the handler
   * has returned. Close what this returns when it is not wanted any more.
   */
  public Watch onDisconnect(Runnable action) {
    Channel channel =
        switch (request) {
          case NettyHttpRequest<?> netty -> netty.getChannelHandlerContext().channel();
          case DirectRequest direct -> direct.channel();
          default -> null;
        };
    if (channel == null) {
      return () -> {};
    }
    ChannelFutureListener listener = _ -> action.run();
    channel.closeFuture().addListener(listener);
    return () -> channel.closeFuture().removeListener(listener);
  }

  private void run(Handler handler) {
    try {
      handler.handle(this);
      if (written != null) {
        written.close();
      } else if (!response.isDone()) {
        throw new IllegalStateException("BUG: handler returned without a reply");
      }
    } catch (ClientGone e) {
      log.debug("reply broken off: path={} reason={}", request.getPath(), e.getMessage());
      abandon(e);
    } catch (Throwable e) {
      if (body != null && body.isStreaming()) {
        Incidents.log(request, e);
      }
      abandon(e);
    }
  }

  private void abandon(Throwable cause) {
    if (body != null && body.isStreaming()) {
      body.fail(cause);
    } else {
      response.completeExceptionally(cause);
    }
  }
}
