package dev.vedette.ui;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Serves the pages and what they are made of. {@code /graph} and {@code /query} are where
 * Prometheus' links lead.
 */
@Controller
@Requires(beans = Ui.class)
final class UiController {
  private static final String FOREVER = "public, max-age=31536000, immutable";

  private final Ui ui;

  UiController(Ui ui) {
    this.ui = ui;
  }

  @Get(value = "/", produces = MediaType.ALL)
  HttpResponse<?> root() {
    return found("graph");
  }

  @Get(
      uris = {"/graph", "/query", "/cardinality", "/targets", "/queries"},
      produces = MediaType.ALL)
  HttpResponse<?> page() {
    String nonce = ui.pages().nonce();
    return guarded(HttpResponse.ok(ui.pages().page(nonce).getBytes(StandardCharsets.UTF_8)))
        .header(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .header(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self' 'nonce-%1$s'; style-src 'self' 'nonce-%1$s'; "
                    .formatted(nonce)
                + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'self'");
  }

  /** A file of one build: its address changes with its content, so it may be kept for ever. */
  @Get(value = "/ui/{fingerprint}/{+name}", produces = MediaType.ALL)
  HttpResponse<?> asset(HttpRequest<?> request, String fingerprint, String name) {
    Optional<byte[]> found = ui.pages().assets().compressed(name);
    if (found.isEmpty()) {
      return HttpResponse.notFound();
    }
    MutableHttpResponse<?> response = guarded(compressed(request, found.get()));
    boolean current = fingerprint.equals(ui.pages().assets().fingerprint());
    return response
        .header(HttpHeaders.CONTENT_TYPE, Assets.typeOf(name))
        .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
        // A page of an older build is told what there is now, and that it must not keep it.
        .header(HttpHeaders.CACHE_CONTROL, current ? FOREVER : "no-store");
  }

  @Get(value = "/favicon.ico", produces = MediaType.ALL)
  HttpResponse<?> icon() {
    return found("ui/%s/favicon.svg".formatted(ui.pages().assets().fingerprint()));
  }

  // For now: what "/" shows may change, and a browser never forgets a permanent redirect.
  private static HttpResponse<?> found(String where) {
    return HttpResponse.status(HttpStatus.FOUND).header(HttpHeaders.LOCATION, where);
  }

  private static MutableHttpResponse<byte[]> compressed(HttpRequest<?> request, byte[] gzip) {
    String accepted = request.getHeaders().get(HttpHeaders.ACCEPT_ENCODING, String.class, "");
    return accepted.contains("gzip")
        ? HttpResponse.ok(gzip).header(HttpHeaders.CONTENT_ENCODING, "gzip")
        : HttpResponse.ok(Assets.inflate(gzip));
  }

  private static MutableHttpResponse<?> guarded(MutableHttpResponse<?> response) {
    return response
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer");
  }
}
