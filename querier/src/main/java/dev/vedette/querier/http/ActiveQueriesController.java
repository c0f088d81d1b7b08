package dev.vedette.querier.http;

import dev.vedette.promql.QueryProgress;
import dev.vedette.querier.Querier;
import dev.vedette.querier.Question;
import dev.vedette.querier.RunningQueries.Running;
import dev.vedette.querier.json.JsonWriter;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Queries that wait or run now: what they ask, what they have cost so far, and a way to end one.
 */
@Controller("/api/v1/status/active_queries")
@Requires(beans = Querier.class)
final class ActiveQueriesController {
  private final Querier querier;

  ActiveQueriesController(Querier querier) {
    this.querier = querier;
  }

  @Get(produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> list(HttpRequest<?> request) {
    return Api.serve(
        request,
        call -> {
          List<Running> own = querier.running().list(call.tenant(querier));
          return Answer.of(
              json -> {
                json.beginArray();
                for (Running query : own) {
                  write(query, json);
                }
                json.endArray();
              });
        });
  }

  private static void write(Running query, JsonWriter json) throws IOException {
    Question question = query.question();
    QueryProgress cost = query.progress();
    json.beginObject()
        .name("id")
        .string(query.id())
        .name("state")
        .string(query.hasTurn() ? "running" : "waiting")
        .name("query")
        .string(question.expression())
        .name("kind")
        .string(question.kind())
        .name("start")
        .time(question.startMillis())
        .name("end")
        .time(question.endMillis())
        .name("step")
        .time(question.stepMillis())
        .name("tenant")
        .string(query.tenant().value())
        .name("since")
        .string(query.since().toString())
        .name("askers")
        .number(query.askers())
        .name("durationSeconds")
        .number(query.elapsed().toNanos() / 1e9)
        .name("seriesRead")
        .number(cost.series())
        .name("samplesRead")
        .number(cost.samples())
        .name("bytesRead")
        .number(cost.bytes())
        .name("heldBytes")
        .number(cost.heldBytes())
        .name("peakBytes")
        .number(cost.peakBytes())
        .endObject();
  }

  /**
   * Whoever waits for the query is told that it was canceled. Pages of other origins may read the
   * list as they may read all else, and may not end what is in it: a browser would let any page do
   * so that somebody looks at.
   */
  @Post(value = "/{id}/cancel", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> cancel(HttpRequest<?> request, @PathVariable String id) {
    return Api.serve(
        request,
        call -> {
          requireOwnOrigin(request);
          if (!querier.running().cancel(call.tenant(querier), id)) {
            throw new ApiError(
                ApiError.Type.NOT_FOUND,
                "no query %s waits or runs; GET /api/v1/status/active_queries lists those that do"
                    .formatted(id));
          }
          return Answer.of(json -> json.beginObject().name("canceled").string(id).endObject());
        });
  }

  /** Browsers name the origin of a page that posts; other programs name none. */
  private static void requireOwnOrigin(HttpRequest<?> request) {
    String origin = request.getHeaders().get(HttpHeaders.ORIGIN);
    String host = request.getHeaders().get(HttpHeaders.HOST);
    if (origin != null
        && (host == null || !origin.replaceFirst("^https?://", "").equalsIgnoreCase(host))) {
      throw new ApiError(
          ApiError.Type.FORBIDDEN,
          "a page of %s may not end queries of %s; do it from a page of this server, or with curl"
              .formatted(origin, host));
    }
  }
}
