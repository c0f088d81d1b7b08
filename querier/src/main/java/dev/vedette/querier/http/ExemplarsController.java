package dev.vedette.querier.http;

import dev.vedette.model.Exemplar;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.SeriesExemplars;
import dev.vedette.model.SeriesSource;
import dev.vedette.promql.parse.Expr;
import dev.vedette.querier.Querier;
import dev.vedette.querier.json.JsonWriter;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Exemplars of the series that an expression selects, wherever in it. */
@Controller("/api/v1")
@Requires(beans = Querier.class)
final class ExemplarsController {
  private final Querier querier;
  private final SeriesSource source;

  ExemplarsController(Querier querier) {
    this.querier = querier;
    this.source = querier.source();
  }

  @Get(value = "/query_exemplars", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> exemplars(HttpRequest<?> request) {
    return Api.serve(request, this::exemplars);
  }

  @Post(value = "/query_exemplars", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> exemplarsByForm(HttpRequest<?> request) {
    return Api.serveForm(request, this::exemplars);
  }

  private Answer exemplars(ApiCall call) {
    long start = call.params().time("start", Long.MIN_VALUE);
    long end = call.params().time("end", Long.MAX_VALUE);
    if (end < start) {
      throw ApiError.badData("end timestamp must not be before start timestamp");
    }
    List<List<LabelMatcher>> selectors = new ArrayList<>();
    collect(call.params().parse(querier.features()), selectors);
    if (selectors.isEmpty()) {
      throw new Api.NoContent();
    }
    List<SeriesExemplars> found = source.exemplars(call.tenant(querier), selectors, start, end);
    return Answer.of(json -> write(found, json));
  }

  private static void collect(Expr expr, List<List<LabelMatcher>> selectors) {
    switch (expr) {
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> {
        // Neither selects anything.
      }
      case Expr.VectorSelector e -> selectors.add(e.matchers());
      case Expr.MatrixSelector e -> selectors.add(e.selector().matchers());
      case Expr.Subquery e -> collect(e.inner(), selectors);
      case Expr.Paren e -> collect(e.inner(), selectors);
      case Expr.Unary e -> collect(e.operand(), selectors);
      case Expr.Binary e -> {
        collect(e.left(), selectors);
        collect(e.right(), selectors);
      }
      case Expr.Aggregation e -> collect(e.operand(), selectors);
      case Expr.Call e -> e.arguments().forEach(argument -> collect(argument, selectors));
    }
  }

  private static void write(List<SeriesExemplars> found, JsonWriter json) throws IOException {
    json.beginArray();
    for (SeriesExemplars series : found) {
      json.beginObject()
          .name("seriesLabels")
          .labels(series.series())
          .name("exemplars")
          .beginArray();
      for (Exemplar exemplar : series.exemplars()) {
        json.beginObject()
            .name("labels")
            .labels(exemplar.labels())
            .name("value")
            .value(exemplar.value())
            .name("timestamp")
            .time(exemplar.timestampMillis())
            .endObject();
      }
      json.endArray().endObject();
    }
    json.endArray();
  }
}
