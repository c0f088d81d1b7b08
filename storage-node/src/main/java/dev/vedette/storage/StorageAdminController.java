package dev.vedette.storage;

import dev.vedette.model.StorageAdmin;
import dev.vedette.runtime.http.Exchange;
import dev.vedette.runtime.http.PlainText;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an administrator may ask of storage, from the machine it runs on: there are no roles and
 * tokens yet that could tell an administrator from anybody else.
 */
@Controller
@Requires(beans = StorageAdmin.class)
final class StorageAdminController {
  private static final Logger log = LoggerFactory.getLogger(StorageAdminController.class);

  private final StorageAdmin admin;

  StorageAdminController(StorageAdmin admin) {
    this.admin = admin;
  }

  /** Moves the head into blocks and cuts the log; 204 once both are on disk. */
  @Post(value = "/api/v1/admin/tsdb/flush", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> flush(HttpRequest<?> request) {
    return Exchange.serve(
        request, exchange -> exchange.replyWhole(flush(request.getRemoteAddress())));
  }

  HttpResponse<?> flush(InetSocketAddress client) {
    if (client.getAddress() == null || !client.getAddress().isLoopbackAddress()) {
      log.warn("flush refused: client={}", client);
      return PlainText.reply(
          HttpStatus.FORBIDDEN,
          "flushing is open to this machine only, and the request came from %s; run it there: "
                  .formatted(client.getHostString())
              + "curl -X POST http://127.0.0.1:PORT/api/v1/admin/tsdb/flush\n");
    }
    admin.flush();
    return HttpResponse.noContent();
  }
}
