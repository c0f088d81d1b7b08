package dev.vedette.querier.http;

import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.querier.json.JsonWriter;
import dev.vedette.runtime.http.Exchange;
import dev.vedette.runtime.http.Incidents;
import dev.vedette.runtime.http.Params;
import dev.vedette.runtime.http.TenantResolver;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What all endpoints of the API share: parameters in, envelope and errors out, CORS. */
final class Api {
  /** Works out an answer; may block. */
  @FunctionalInterface
  interface Endpoint {
    Answer answer(ApiCall call);
  }

  /** Works out an answer to what a JSON body asks; may block. */
  @FunctionalInterface
  interface JsonEndpoint {
    Answer answer(ApiCall call, String json);
  }

  /** Ten times the longest query that dashboards are known to send. */
  static final int MOST_FORM_BYTES = 1 << 20;

  private Api() {}

  /** Answers a request whose parameters are in its URL. */
  static CompletionStage<HttpResponse<?>> serve(HttpRequest<?> request, Endpoint endpoint) {
    return Exchange.serve(
        request, exchange -> handle(exchange, () -> Params.ofQuery(request), endpoint));
  }

  /** Answers a request whose parameters are in a form, in its URL, or in both. */
  static CompletionStage<HttpResponse<?>> serveForm(HttpRequest<?> request, Endpoint endpoint) {
    return serveBody(request, ofForm(endpoint));
  }

  /** The same where the body may be JSON instead, which is another question. */
  static CompletionStage<HttpResponse<?>> serveFormOrJson(
      HttpRequest<?> request, Endpoint ofForm, JsonEndpoint ofJson) {
    return serveBody(request, ofFormOrJson(ofForm, ofJson));
  }

  /** What {@link #serveForm} does once the body is there. */
  static Exchange.BodyHandler ofForm(Endpoint endpoint) {
    return (exchange, form) -> handleForm(exchange, form, endpoint);
  }

  /** What {@link #serveFormOrJson} does once the body is there. */
  static Exchange.BodyHandler ofFormOrJson(Endpoint ofForm, JsonEndpoint ofJson) {
    return (exchange, body) -> {
      HttpRequest<?> request = exchange.request();
      if (isJson(request, body)) {
        String json = new String(body, StandardCharsets.UTF_8);
        handle(exchange, () -> Params.ofQuery(request), call -> ofJson.answer(call, json));
      } else {
        handleForm(exchange, body, ofForm);
      }
    };
  }

  /** By what it is said to be; and an object is no form, whatever curl calls it. */
  private static boolean isJson(HttpRequest<?> request, byte[] body) {
    String type = request.getHeaders().get(HttpHeaders.CONTENT_TYPE);
    if (type != null && type.strip().toLowerCase(Locale.ROOT).startsWith("application/json")) {
      return true;
    }
    int at = 0;
    while (at < body.length && Character.isWhitespace(body[at])) {
      at++;
    }
    return at < body.length && body[at] == '{';
  }

  private static void handleForm(Exchange exchange, byte[] form, Endpoint endpoint)
      throws IOException {
    handle(exchange, () -> Params.ofForm(exchange.request(), form), endpoint);
  }

  private static CompletionStage<HttpResponse<?>> serveBody(
      HttpRequest<?> request, Exchange.BodyHandler handler) {
    // Refused before it is read, where it says how long it is.
    if (request.getContentLength() > MOST_FORM_BYTES) {
      return Exchange.serve(request, exchange -> exchange.replyWhole(tooLarge(request)));
    }
    return Exchange.serveBody(
        request,
        (exchange, body) -> {
          if (body.length > MOST_FORM_BYTES) {
            exchange.replyWhole(tooLarge(request));
          } else {
            handler.handle(exchange, body);
          }
        });
  }

  private static HttpResponse<?> tooLarge(HttpRequest<?> request) throws IOException {
    String text =
        "the form has more than %d bytes; ask for less at a time".formatted(MOST_FORM_BYTES);
    return error(request, new ApiError(ApiError.Type.TOO_LARGE, text));
  }

  private static void handle(Exchange exchange, Supplier<Params> params, Endpoint endpoint)
      throws IOException {
    HttpRequest<?> request = exchange.request();
    Answer answer;
    try {
      answer = endpoint.answer(new ApiCall(exchange, new ApiParams(params.get())));
    } catch (NoContent _) {
      exchange.replyWhole(withCors(request, HttpResponse.noContent()));
      return;
    } catch (ApiError e) {
      exchange.replyWhole(error(request, e));
      return;
    } catch (VedetteException e) {
      exchange.replyWhole(error(request, ApiError.of(e)));
      return;
    } catch (RuntimeException | Error e) {
      String text = Incidents.text(Incidents.log(request, e));
      exchange.replyWhole(error(request, new ApiError(ApiError.Type.INTERNAL, text)));
      return;
    }
    try (answer) {
      answer.write(new JsonWriter(exchange.reply(head(request, 200))));
    }
  }

  /** There is nothing to answer, and that is fine: 204. */
  static final class NoContent extends RuntimeException {
    NoContent() {
      super("no content", null, false, false);
    }
  }

  private static HttpResponse<?> error(HttpRequest<?> request, ApiError error) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    new JsonWriter(body)
        .beginObject()
        .name("status")
        .string("error")
        .name("errorType")
        .string(error.type().text())
        .name("error")
        .string(error.text())
        .endObject()
        .flush();
    MutableHttpResponse<byte[]> reply =
        head(request, error.type().status()).body(body.toByteArray());
    return error.getCause() instanceof Unavailable || error.type() == ApiError.Type.UNAVAILABLE
        ? reply.header(HttpHeaders.RETRY_AFTER, "5")
        : reply;
  }

  private static MutableHttpResponse<?> head(HttpRequest<?> request, int status) {
    return withCors(request, HttpResponse.status(status, reason(status)))
        .header(HttpHeaders.CONTENT_TYPE, "application/json");
  }

  /** 499 has no name of its own. */
  private static String reason(int status) {
    return status == 499
        ? "Client Closed Request"
        : io.micronaut.http.HttpStatus.getDefaultReason(status);
  }

  /** Any page may ask: there are no credentials that a browser would send along. */
  static MutableHttpResponse<?> withCors(HttpRequest<?> request, MutableHttpResponse<?> reply) {
    reply.header(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    String origin = request.getHeaders().get(HttpHeaders.ORIGIN);
    if (origin != null) {
      reply
          .header(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, allowedHeaders(request))
          .header(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS")
          .header(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
          .header(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, "Date");
    }
    return reply;
  }

  /** Prometheus' own, and the tenant's for a page that is about to name one. */
  private static String allowedHeaders(HttpRequest<?> request) {
    String asked = request.getHeaders().get(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
    boolean tenant =
        asked != null
            && asked
                .toLowerCase(Locale.ROOT)
                .contains(TenantResolver.HEADER.toLowerCase(Locale.ROOT));
    return "Accept, Authorization, Content-Type, Origin"
        + (tenant ? ", " + TenantResolver.HEADER : "");
  }
}
