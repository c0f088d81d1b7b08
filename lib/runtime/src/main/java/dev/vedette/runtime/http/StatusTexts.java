package dev.vedette.runtime.http;

import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.Error;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;

/**
 * Bodies of the errors that the server itself answers: no such path, wrong method, too large. The
 * words of 404 and 405 are Prometheus', as some clients look for them.
 */
@Singleton
final class StatusTexts implements ErrorResponseProcessor<byte[]> {
  private final HttpServerConfig config;

  StatusTexts(HttpServerConfig config) {
    this.config = config;
  }

  @Override
  public MutableHttpResponse<byte[]> processResponse(
      ErrorContext context, MutableHttpResponse<?> head) {
    if (context.getRequest().getMethod() == HttpMethod.HEAD) {
      return PlainText.reply(head, "");
    }
    return PlainText.reply(head, text(context, head));
  }

  private String text(ErrorContext context, HttpResponse<?> head) {
    return switch (head.getStatus()) {
      case HttpStatus.NOT_FOUND -> "404 page not found\n";
      case HttpStatus.METHOD_NOT_ALLOWED -> "Method Not Allowed\n";
      case HttpStatus.REQUEST_ENTITY_TOO_LARGE ->
          "request body is larger than %d bytes; send smaller batches (body-too-large)\n"
              .formatted(config.maxRequestBytes());
      case HttpStatus.INTERNAL_SERVER_ERROR ->
          context
                  .getRootCause()
                  .map(e -> Incidents.text(Incidents.log(context.getRequest(), e)))
                  .orElse("internal error")
              + "\n";
      default -> reasons(context, head);
    };
  }

  private static String reasons(ErrorContext context, HttpResponse<?> head) {
    String reasons =
        context.getErrors().stream().map(Error::getMessage).collect(Collectors.joining("; "));
    return (reasons.isEmpty() ? head.reason() : reasons) + "\n";
  }
}
