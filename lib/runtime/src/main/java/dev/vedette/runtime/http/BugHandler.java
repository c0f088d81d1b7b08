package dev.vedette.runtime.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;

/** Whatever nobody foresaw: the client gets an id, the log gets the id and the stack trace. */
@Singleton
@Produces
final class BugHandler implements ExceptionHandler<Throwable, HttpResponse<?>> {
  @Override
  @SuppressWarnings("rawtypes") // as the overridden method has it
  public HttpResponse<?> handle(HttpRequest request, Throwable error) {
    String incident = Incidents.log(request, error);
    return PlainText.reply(HttpStatus.INTERNAL_SERVER_ERROR, Incidents.text(incident) + "\n");
  }
}
