package dev.vedette.querier.http;

import dev.vedette.querier.Querier;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.util.concurrent.CompletionStage;

/**
 * Endpoints that clients call and that have nothing to tell here: no rules are evaluated in this
 * role.
 */
@Controller
@Requires(beans = Querier.class)
final class CompatibilityController {
  @Get(value = "/api/v1/rules", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> rules(HttpRequest<?> request) {
    return Api.serve(
        request,
        call -> {
          String type = call.params().text("type");
          if (!type.isEmpty() && !type.equals("alert") && !type.equals("record")) {
            throw ApiError.badParameter("type", "not supported value \"%s\"".formatted(type));
          }
          return emptyList("groups");
        });
  }

  @Get(value = "/api/v1/alerts", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> alerts(HttpRequest<?> request) {
    return Api.serve(request, _ -> emptyList("alerts"));
  }

  private static Answer emptyList(String name) {
    return Answer.of(json -> json.beginObject().name(name).beginArray().endArray().endObject());
  }

  @Get(value = "/api/v1/alertmanagers", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> alertmanagers(HttpRequest<?> request) {
    return Api.serve(
        request,
        _ ->
            Answer.of(
                json ->
                    json.beginObject()
                        .name("activeAlertmanagers")
                        .beginArray()
                        .endArray()
                        .name("droppedAlertmanagers")
                        .beginArray()
                        .endArray()
                        .endObject()));
  }

  @Get(value = "/api/v1/notifications", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> notifications(HttpRequest<?> request) {
    return Api.serve(request, _ -> Answer.of(json -> json.beginArray().endArray()));
  }
}
