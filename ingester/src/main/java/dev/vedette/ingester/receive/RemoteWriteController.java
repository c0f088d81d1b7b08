package dev.vedette.ingester.receive;

import dev.vedette.runtime.http.PlainText;
import dev.vedette.runtime.http.TenantResolver;
import io.micronaut.context.annotation.Requires;
import io.micronaut.core.io.buffer.ByteBuffer;
import io.micronaut.core.io.buffer.ReferenceCounted;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/write} in unusual ways, such as in chunks; {@link RemoteWriteRoute} takes the
 * usual ones. The server must leave bodies compressed ({@code
 * micronaut.server.netty.request-decompression-enabled: false}): it takes snappy for the framed
 * kind.
 */
@Controller(RemoteWriteController.PATH)
@Requires(beans = RemoteWriteReceiver.class)
final class RemoteWriteController {
  static final String PATH = "/api/v1/write";

  private final RemoteWriteReceiver receiver;
  private final TenantResolver tenants;

  RemoteWriteController(RemoteWriteReceiver receiver, TenantResolver tenants) {
    this.receiver = receiver;
    this.tenants = tenants;
  }

  @Post(consumes = MediaType.ALL, produces = MediaType.ALL)
  @ExecuteOn(TaskExecutors.BLOCKING)
  HttpResponse<?> write(HttpHeaders headers, @Nullable @Body ByteBuffer<?> body) {
    try {
      return response(receive(headers, body));
    } finally {
      if (body instanceof ReferenceCounted counted) {
        counted.release();
      }
    }
  }

  private Reply receive(HttpHeaders headers, @Nullable ByteBuffer<?> body) {
    byte[] bytes = new byte[0];
    int from = 0;
    int to = 0;
    if (body != null && body.asNativeBuffer() instanceof ByteBuf netty && netty.hasArray()) {
      bytes = netty.array();
      from = netty.arrayOffset() + netty.readerIndex();
      to = from + netty.readableBytes();
    } else if (body != null) {
      bytes =
          body.asNativeBuffer() instanceof ByteBuf netty
              ? ByteBufUtil.getBytes(netty)
              : body.toByteArray();
      to = bytes.length;
    }
    return receiver.receive(
        () -> tenants.resolve(headers.getAll(TenantResolver.HEADER)),
        header(headers, HttpHeaders.CONTENT_TYPE),
        header(headers, HttpHeaders.CONTENT_ENCODING),
        bytes,
        from,
        to);
  }

  private static String header(HttpHeaders headers, String name) {
    String value = headers.get(name);
    return value == null ? "" : value;
  }

  private static HttpResponse<?> response(Reply reply) {
    MutableHttpResponse<?> response =
        reply.text().isEmpty()
            ? HttpResponse.status(HttpStatus.valueOf(reply.status()))
            : PlainText.reply(HttpStatus.valueOf(reply.status()), reply.text());
    reply.headers().forEach(response::header);
    return response;
  }
}
