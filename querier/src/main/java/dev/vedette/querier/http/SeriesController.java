package dev.vedette.querier.http;

import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Utf8;
import dev.vedette.promql.QueryMemory;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** Which series, labels and metrics there are. */
@Controller("/api/v1")
@Requires(beans = Querier.class)
final class SeriesController {
  private final Querier querier;
  private final SeriesSource source;
  private final QueryMemory memory;

  SeriesController(Querier querier) {
    this.querier = querier;
    this.source = querier.source();
    this.memory = querier.memory();
  }

  @Get(value = "/series", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> series(HttpRequest<?> request) {
    return Api.serve(
        request, call -> Answer.holding(memory, call.tenant(querier), held -> series(call, held)));
  }

  @Post(value = "/series", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> seriesByForm(HttpRequest<?> request) {
    return Api.serveForm(
        request, call -> Answer.holding(memory, call.tenant(querier), held -> series(call, held)));
  }

  private Answer series(ApiCall call, QueryMemory.Reservation held) {
    ApiParams params = call.params();
    if (params.texts("match[]").isEmpty()) {
      throw ApiError.badData("no match[] parameter provided");
    }
    int limit = params.limit();
    TimeSpan span = TimeSpan.of(params);
    TenantId tenant = call.tenant(querier);
    List<List<LabelMatcher>> selectors = seriesSelectors(params);
    Set<Labels> found = new LinkedHashSet<>();
    for (List<LabelMatcher> selector : selectors) {
      Selection selection = span.of(selector);
      found.addAll(
          GrowingList.of(
              held,
              more(limit),
              GrowingList.SERIES_BYTES,
              most -> source.series(tenant, selection, most)));
    }
    return Answer.limited(
        List.copyOf(found),
        limit,
        shown ->
            json -> {
              json.beginArray();
              for (Labels labels : shown) {
                json.labels(labels);
              }
              json.endArray();
            });
  }

  private static List<List<LabelMatcher>> seriesSelectors(ApiParams params) {
    try {
      return params.matches();
    } catch (InvalidRequest e) {
      throw ApiError.badParameter("match[]", e);
    } catch (ApiError e) {
      throw ApiError.badParameter("match[]", e.text());
    }
  }

  /** One more than the answer may hold shows whether it was cut. */
  private static int more(int limit) {
    return limit == 0 || limit == Integer.MAX_VALUE ? 0 : limit + 1;
  }

  @Get(value = "/labels", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> labels(HttpRequest<?> request) {
    return Api.serve(request, this::labels);
  }

  @Post(value = "/labels", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> labelsByForm(HttpRequest<?> request) {
    return Api.serveForm(request, this::labels);
  }

  private Answer labels(ApiCall call) {
    int limit = call.params().limit();
    TenantId tenant = call.tenant(querier);
    return union(call, limit, (selection, most) -> source.labelNames(tenant, selection, most));
  }

  // The path may hold anything; an empty last segment counts as none.
  @Get(value = "/label/{name}/values", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> labelValues(HttpRequest<?> request, String name) {
    String label =
        LabelNames.unescape(name.endsWith("/") ? name.substring(0, name.length() - 1) : name);
    return Api.serve(
        request,
        call -> {
          if (label.isEmpty()) {
            throw ApiError.badData("invalid label name: \"\"");
          }
          int limit = call.params().limit();
          TenantId tenant = call.tenant(querier);
          return union(
              call, limit, (selection, most) -> source.labelValues(tenant, label, selection, most));
        });
  }

  /** Finds texts among the series of a selection, at most so many. */
  @FunctionalInterface
  private interface Find {
    List<String> find(Selection selection, int most);
  }

  private Answer union(ApiCall call, int limit, Find find) {
    return Answer.holding(memory, call.tenant(querier), held -> union(call, limit, find, held));
  }

  /** What is found for any of the {@code match[]}, or for all series where there is none. */
  private static Answer union(ApiCall call, int limit, Find find, QueryMemory.Reservation held) {
    ApiParams params = call.params();
    TimeSpan span = TimeSpan.of(params);
    List<List<LabelMatcher>> selectors = params.matches();
    if (selectors.size() <= 1) {
      List<LabelMatcher> only = selectors.isEmpty() ? List.of() : selectors.getFirst();
      return Answer.strings(find(find, span.of(only), limit, held), limit);
    }
    Set<String> found = new TreeSet<>(Utf8::compare);
    for (List<LabelMatcher> selector : selectors) {
      found.addAll(find(find, span.of(selector), limit, held));
    }
    return Answer.strings(List.copyOf(found), limit);
  }

  private static List<String> find(
      Find find, Selection selection, int limit, QueryMemory.Reservation held) {
    return GrowingList.of(
        held, more(limit), GrowingList.TEXT_BYTES, most -> find.find(selection, most));
  }

  @Get(value = "/metadata", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> metadata(HttpRequest<?> request) {
    return Api.serve(request, this::metadata);
  }

  private Answer metadata(ApiCall call) {
    int limit = call.params().metadataLimit("limit");
    // There is one entry a metric: that of its last sender.
    call.params().metadataLimit("limit_per_metric");
    String metric = call.params().text("metric");
    List<MetricMetadata> shown = new ArrayList<>();
    for (MetricMetadata family : source.metadata(call.tenant(querier))) {
      boolean wanted = metric.isEmpty() || metric.equals(family.family());
      if (wanted && (limit < 0 || shown.size() < limit)) {
        shown.add(family);
      }
    }
    return Answer.of(json -> writeMetadata(shown, json));
  }

  private static void writeMetadata(List<MetricMetadata> families, JsonWriter json)
      throws IOException {
    json.beginObject();
    for (MetricMetadata family : families) {
      json.name(family.family())
          .beginArray()
          .beginObject()
          .name("type")
          .string(family.type().text())
          .name("help")
          .string(family.help())
          .name("unit")
          .string(family.unit())
          .endObject()
          .endArray();
    }
    json.endObject();
  }
}
