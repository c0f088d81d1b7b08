package dev.vedette.querier.http;

import dev.vedette.querier.Querier;
import dev.vedette.runtime.http.PlainText;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import java.util.concurrent.CompletionStage;

/**
 * Endpoints that clients call and that have nothing to tell here: no rules are evaluated in this
 * role, and what changes a Prometheus from outside is switched off, as it is in a stock one.
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

  @Post(
      uris = {"/api/v1/admin/tsdb/delete_series", "/api/v1/admin/tsdb/snapshot"},
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> adminByPost(HttpRequest<?> request) {
    return disabled(request);
  }

  @Put(
      uris = {"/api/v1/admin/tsdb/delete_series", "/api/v1/admin/tsdb/snapshot"},
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> adminByPut(HttpRequest<?> request) {
    return disabled(request);
  }

  private static CompletionStage<HttpResponse<?>> disabled(HttpRequest<?> request) {
    return Api.serve(
        request,
        _ -> {
          throw new ApiError(ApiError.Type.DISABLED, "admin APIs disabled");
        });
  }

  @Post(
      uris = {"/-/reload", "/-/quit"},
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  HttpResponse<?> lifecycleByPost() {
    return lifecycle();
  }

  @Put(
      uris = {"/-/reload", "/-/quit"},
      consumes = MediaType.ALL,
      produces = MediaType.ALL)
  HttpResponse<?> lifecycleByPut() {
    return lifecycle();
  }

  private static HttpResponse<?> lifecycle() {
    // The resources folder is watched; there is nothing to tell the process.
    return PlainText.reply(HttpStatus.FORBIDDEN, "Lifecycle API is not enabled.");
  }
}
