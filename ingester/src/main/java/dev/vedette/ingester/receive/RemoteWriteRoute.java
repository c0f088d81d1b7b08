package dev.vedette.ingester.receive;

import dev.vedette.runtime.http.DirectRoute;
import dev.vedette.runtime.http.TenantResolver;
import io.micronaut.context.annotation.Requires;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import jakarta.inject.Singleton;

/**
 * Remote write as senders do it, past the framework; {@link RemoteWriteController} has the rest.
 */
@Singleton
@Requires(beans = RemoteWriteReceiver.class)
final class RemoteWriteRoute implements DirectRoute {
  private final RemoteWriteReceiver receiver;
  private final TenantResolver tenants;

  RemoteWriteRoute(RemoteWriteReceiver receiver, TenantResolver tenants) {
    this.receiver = receiver;
    this.tenants = tenants;
  }

  @Override
  public String path() {
    return RemoteWriteController.PATH;
  }

  @Override
  public Answer answer(HttpHeaders headers, byte[] body, int length) {
    Reply reply =
        receiver.receive(
            () -> tenants.resolve(headers.getAll(TenantResolver.HEADER)),
            headers.get(HttpHeaderNames.CONTENT_TYPE, ""),
            headers.get(HttpHeaderNames.CONTENT_ENCODING, ""),
            body,
            0,
            length);
    return new Answer(reply.status(), reply.headers(), reply.text());
  }
}
