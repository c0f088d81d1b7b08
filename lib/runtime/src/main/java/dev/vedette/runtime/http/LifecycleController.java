package dev.vedette.runtime.http;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reload and quit over HTTP, under Prometheus' paths and with its words. Refused unless the process
 * was given a {@link Lifecycle}.
 */
@Controller
@Requires(beans = Readiness.class)
final class LifecycleController {
  private static final Logger log = LoggerFactory.getLogger(LifecycleController.class);

  private final @Nullable Lifecycle lifecycle;

  LifecycleController(@Nullable Lifecycle lifecycle) {
    this.lifecycle = lifecycle;
  }

  @Get(
      uris = {"/-/reload", "/-/quit"},
      produces = MediaType.ALL)
  HttpResponse<?> onlyPostOrPut() {
    return PlainText.reply(HttpStatus.METHOD_NOT_ALLOWED, "Only POST or PUT requests allowed\n");
  }

  @Post(value = "/-/reload", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> reloadByPost(HttpRequest<?> request) {
    return Exchange.serve(request, exchange -> exchange.replyWhole(reload()));
  }

  @Put(value = "/-/reload", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> reloadByPut(HttpRequest<?> request) {
    return Exchange.serve(request, exchange -> exchange.replyWhole(reload()));
  }

  private HttpResponse<?> reload() {
    if (lifecycle == null) {
      return disabled();
    }
    String problems = lifecycle.reload();
    return problems.isEmpty()
        ? HttpResponse.ok()
        : PlainText.reply(
            HttpStatus.INTERNAL_SERVER_ERROR, "failed to reload config: %s\n".formatted(problems));
  }

  @Post(value = "/-/quit", consumes = MediaType.ALL, produces = MediaType.ALL)
  HttpResponse<?> quitByPost(HttpRequest<?> request) {
    return quit(request);
  }

  @Put(value = "/-/quit", consumes = MediaType.ALL, produces = MediaType.ALL)
  HttpResponse<?> quitByPut(HttpRequest<?> request) {
    return quit(request);
  }

  private HttpResponse<?> quit(HttpRequest<?> request) {
    if (lifecycle == null) {
      return disabled();
    }
    log.info("told to quit: client={}", request.getRemoteAddress());
    lifecycle.quit();
    return PlainText.reply(HttpStatus.OK, "Requesting termination... Goodbye!");
  }

  private static HttpResponse<?> disabled() {
    return PlainText.reply(HttpStatus.FORBIDDEN, "Lifecycle API is not enabled.");
  }
}
