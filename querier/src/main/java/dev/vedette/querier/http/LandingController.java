package dev.vedette.querier.http;

import dev.vedette.querier.Querier;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** The page at {@code /}: what can be asked here. */
@Controller
@Requires(beans = Querier.class)
final class LandingController {
  private final byte[] page = read();

  @Get(value = "/", produces = MediaType.ALL)
  HttpResponse<?> landing() {
    return HttpResponse.ok(page).header(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8");
  }

  private static byte[] read() {
    try (InputStream in = LandingController.class.getResourceAsStream("landing.html")) {
      return Objects.requireNonNull(in, "BUG: landing.html is not on the class path")
          .readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
