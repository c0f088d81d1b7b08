package dev.vedette.runtime.http;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;

/** Endpoints that do what the tests need. */
@Controller("/sample")
@Requires(beans = SampleRole.class)
final class SampleController {
  private final SampleRole role;

  SampleController(SampleRole role) {
    this.role = role;
  }

  @Get("/error")
  @ExecuteOn(TaskExecutors.BLOCKING)
  @SuppressWarnings("DoNotCallSuggester") // The server calls it.
  String error() {
    throw role.error == null ? new IllegalStateException("secret detail") : role.error;
  }

  @Get("/exchange-error")
  CompletionStage<HttpResponse<?>> exchangeError(HttpRequest<?> request) {
    return Exchange.serve(
        request,
        _ -> {
          throw role.error == null ? new IllegalStateException("secret detail") : role.error;
        });
  }

  @Get("/lines/{count}")
  CompletionStage<HttpResponse<?>> lines(HttpRequest<?> request, int count) {
    return Exchange.serve(
        request,
        exchange -> {
          OutputStream out =
              exchange.reply(HttpResponse.ok().contentType(MediaType.APPLICATION_JSON_TYPE));
          for (int i = 0; i < count; i++) {
            out.write((i + "\n").getBytes(StandardCharsets.US_ASCII));
          }
        });
  }

  @Get("/endless")
  CompletionStage<HttpResponse<?>> endless(HttpRequest<?> request) {
    return Exchange.serve(request, exchange -> writeUntilTheClientLeaves(exchange));
  }

  private void writeUntilTheClientLeaves(Exchange exchange) throws IOException {
    OutputStream out = exchange.reply(HttpResponse.ok().contentType(MediaType.TEXT_PLAIN_TYPE));
    byte[] line = "0123456789abcdef\n".getBytes(StandardCharsets.US_ASCII);
    try {
      while (true) {
        out.write(line);
        role.entered.countDown();
      }
    } catch (IOException e) {
      role.writerFailure.set(e);
      throw e;
    } finally {
      role.writerStopped.countDown();
    }
  }

  @Get("/broken")
  CompletionStage<HttpResponse<?>> broken(HttpRequest<?> request) {
    return Exchange.serve(
        request,
        exchange -> {
          OutputStream out = exchange.reply(HttpResponse.ok());
          out.write(new byte[BodyPipe.BUFFER_BYTES * 2]);
          throw new IllegalStateException("half way");
        });
  }

  @Get("/wait")
  CompletionStage<HttpResponse<?>> waiting(HttpRequest<?> request) {
    return Exchange.serve(
        request,
        exchange -> {
          try (var _ = exchange.onDisconnect(role.disconnected::countDown)) {
            role.entered.countDown();
            role.release.await();
            exchange.replyWhole(HttpResponse.ok("waited"));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Get("/params")
  HttpResponse<?> params(HttpRequest<?> request) {
    return HttpResponse.ok(String.join("|", Params.ofQuery(request).all("q")));
  }

  @Post(value = "/form", consumes = MediaType.ALL)
  HttpResponse<?> form(HttpRequest<?> request, @Body byte[] body) {
    return HttpResponse.ok(String.join("|", Params.ofForm(request, body).all("q")));
  }
}
