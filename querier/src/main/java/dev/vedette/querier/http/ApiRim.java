package dev.vedette.querier.http;

import dev.vedette.querier.Querier;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What all paths of the API answer alike: preflight requests, and which methods a path takes. */
@ServerFilter("/api/v1/**")
@Requires(beans = Querier.class)
final class ApiRim {
  /** Answers {@code OPTIONS} for any path; null lets other requests pass. */
  @RequestFilter
  @Nullable HttpResponse<?> preflight(HttpRequest<?> request) {
    return request.getMethod() == HttpMethod.OPTIONS
        ? Api.withCors(request, HttpResponse.noContent())
        : null;
  }

  @ResponseFilter
  void allowed(MutableHttpResponse<?> response) {
    // By its number: not every status we answer has a name.
    if (response.code() != HttpStatus.METHOD_NOT_ALLOWED.getCode()) {
      return;
    }
    Set<String> methods = new TreeSet<>();
    for (String method :
        String.join(",", response.getHeaders().getAll(HttpHeaders.ALLOW)).split(",", -1)) {
      methods.add(method.strip());
    }
    methods.remove(HttpMethod.HEAD.name());
    methods.add(HttpMethod.OPTIONS.name());
    response.getHeaders().remove(HttpHeaders.ALLOW);
    response.header(HttpHeaders.ALLOW, String.join(", ", methods));
  }
}
