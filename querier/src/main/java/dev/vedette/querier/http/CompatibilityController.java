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
          checkPage(call.params());
          return emptyList("groups");
        });
  }

  private static void checkPage(ApiParams params) {
    params.flag("exclude_alerts");
    params.matches();
    String most = params.text("group_limit");
    if (most.isEmpty()) {
      if (!params.text("group_next_token").isEmpty()) {
        throw ApiError.badParameter("group_next_token", "group_limit needs to be set beside it");
      }
      return;
    }
    int groups = 0;
    try {
      groups = Integer.parseInt(most);
    } catch (NumberFormatException _) {
      // Refused as 0 is.
    }
    if (groups <= 0) {
      throw ApiError.badParameter("group_limit", "group_limit needs to be a number above 0");
    }
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
