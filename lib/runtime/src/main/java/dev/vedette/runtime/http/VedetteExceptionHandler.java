package dev.vedette.runtime.http;

import dev.vedette.model.VedetteException;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers with what happened and the way out; for endpoints that have no error format of their own.
 */
@Singleton
@Produces
final class VedetteExceptionHandler implements ExceptionHandler<VedetteException, HttpResponse<?>> {
  private static final Logger log = LoggerFactory.getLogger(VedetteExceptionHandler.class);

  @Override
  @SuppressWarnings("rawtypes") // as the overridden method has it
  public HttpResponse<?> handle(HttpRequest request, VedetteException error) {
    HttpStatus status = ErrorStatus.of(error);
    if (status.getCode() == 500) {
      log.error("request failed: path={} error={}", request.getPath(), error.id().id(), error);
    }
    MutableHttpResponse<byte[]> reply = PlainText.reply(status, error.explain() + "\n");
    return ErrorStatus.isRetryable(status)
        ? reply.header(HttpHeaders.RETRY_AFTER, Integer.toString(ErrorStatus.RETRY_AFTER_SECONDS))
        : reply;
  }
}
