package dev.vedette.querier.http;

import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TargetSource;
import dev.vedette.model.TargetSource.FailedLookup;
import dev.vedette.model.TargetSource.FailedPlace;
import dev.vedette.model.TargetSource.RelabelStep;
import dev.vedette.model.TargetSource.Relabeling;
import dev.vedette.model.TargetSource.TargetFamilies;
import dev.vedette.promql.parse.Parser;
import dev.vedette.querier.Querier;
import dev.vedette.querier.json.JsonObjects;
import dev.vedette.querier.json.JsonWriter;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What targets say of their metrics, how relabelling makes targets, and where none are found. */
@Controller("/api/v1/targets")
@Requires(beans = Querier.class)
final class TargetDetailsController {
  // A pattern may match any number of files, all of which fail where their disk does.
  private static final int MOST_LOOKUPS = 1_000;

  private final Querier querier;

  TargetDetailsController(Querier querier) {
    this.querier = querier;
  }

  @Get(value = "/metadata", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> metadata(HttpRequest<?> request) {
    return Api.serve(request, this::metadata);
  }

  private Answer metadata(ApiCall call) {
    String metric = call.params().text("metric");
    int limit = call.params().metadataLimit("limit");
    List<LabelMatcher> matchers = targetMatchers(call.params());
    List<TargetFamilies> all = scraped(call).families();
    return Answer.of(json -> writeFamilies(all, new Asked(matchers, metric, limit), json));
  }

  /**
   * Which families are asked for.
   *
   * @param metric all where it is empty
   * @param limit with so many no further target is begun; below 0: none
   */
  private record Asked(List<LabelMatcher> matchers, String metric, int limit) {
    boolean wants(TargetFamilies target) {
      return matchers.stream().allMatch(matcher -> matcher.matches(target.labels()));
    }

    boolean wants(MetricMetadata family) {
      return metric.isEmpty() || metric.equals(family.family());
    }
  }

  private static List<LabelMatcher> targetMatchers(ApiParams params) {
    String text = params.text("match_target");
    try {
      return text.isEmpty() ? List.of() : Parser.parseSelector(text);
    } catch (InvalidRequest e) {
      throw ApiError.badParameter("match_target", e);
    }
  }

  private static void writeFamilies(List<TargetFamilies> all, Asked asked, JsonWriter json)
      throws IOException {
    json.beginArray();
    int written = 0;
    for (TargetFamilies target : all) {
      if (asked.limit >= 0 && written >= asked.limit) {
        break;
      }
      if (asked.wants(target)) {
        for (MetricMetadata family : target.families()) {
          if (asked.wants(family)) {
            writeFamily(target.labels(), family, asked.metric.isEmpty(), json);
            written++;
          }
        }
      }
    }
    json.endArray();
  }

  /** Who asked for one metric knows its name; Prometheus leaves it out, too. */
  private static void writeFamily(
      Labels target, MetricMetadata family, boolean named, JsonWriter json) throws IOException {
    json.beginObject().name("target").labels(target);
    if (named) {
      json.name("metric").string(family.family());
    }
    json.name("type")
        .string(family.type().text())
        .name("help")
        .string(family.help())
        .name("unit")
        .string(family.unit())
        .endObject();
  }

  @Get(value = "/relabel_steps", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> relabelSteps(HttpRequest<?> request) {
    return Api.serve(request, this::relabelSteps);
  }

  private Answer relabelSteps(ApiCall call) {
    String pool = required(call.params(), "scrapePool");
    Labels labels = labels(required(call.params(), "labels"));
    List<RelabelStep> steps =
        scraped(call)
            .relabelSteps(pool, labels)
            .orElseThrow(
                () ->
                    ApiError.badData(
                        "error retrieving scrape config: scrape pool not found: " + pool));
    return Answer.of(json -> writeSteps(steps, json));
  }

  /** Ours: Prometheus shows such failures in its log and metrics alone. */
  @Get(value = "/failed_lookups", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> failedLookups(HttpRequest<?> request) {
    return Api.serve(request, this::failedLookups);
  }

  private Answer failedLookups(ApiCall call) {
    String pool = call.params().text("scrapePool");
    int limit = call.params().limit();
    List<FailedLookup> failed =
        scraped(call).failedLookups().stream()
            .filter(lookup -> pool.isEmpty() || pool.equals(lookup.pool()))
            .toList();
    int most = limit == 0 ? MOST_LOOKUPS : Math.min(limit, MOST_LOOKUPS);
    List<FailedLookup> shown = failed.subList(0, Math.min(most, failed.size()));
    return Answer.of(json -> writeFailed(shown, failed.size(), json));
  }

  private static void writeFailed(List<FailedLookup> shown, int total, JsonWriter json)
      throws IOException {
    json.beginObject().name("failedLookups").beginArray();
    for (FailedLookup lookup : shown) {
      FailedPlace place = lookup.place();
      json.beginObject()
          .name("scrapePool")
          .string(lookup.pool())
          .name("mechanism")
          .string(place.mechanism())
          .name("place")
          .string(place.name())
          .name("reason")
          .string(place.reason())
          .name("wayOut")
          .string(place.wayOut())
          .name("since")
          .string(place.since().toString())
          .name("targetsKept")
          .number(place.targetsKept())
          .endObject();
    }
    json.endArray().name("total").number(total).endObject();
  }

  private TargetSource scraped(ApiCall call) {
    return querier.targets(call.tenant(querier));
  }

  private static String required(ApiParams params, String name) {
    String text = params.text(name);
    if (text.isEmpty()) {
      throw ApiError.badData("no %s parameter provided".formatted(name));
    }
    return text;
  }

  private static Labels labels(String text) {
    try {
      Labels.Builder labels = new Labels.Builder();
      JsonObjects.strings(text).forEach(labels::set);
      return labels.build();
    } catch (InvalidRequest e) {
      throw ApiError.badData("error parsing labels: " + e.getMessage());
    }
  }

  private static void writeSteps(List<RelabelStep> steps, JsonWriter json) throws IOException {
    json.beginObject().name("steps").beginArray();
    for (RelabelStep step : steps) {
      writeRule(step.rule(), json.beginObject().name("rule"));
      json.name("output").labels(step.output()).name("keep").bool(step.isKept()).endObject();
    }
    json.endArray().endObject();
  }

  private static void writeRule(Relabeling rule, JsonWriter json) throws IOException {
    json.beginObject();
    if (!rule.sourceLabels().isEmpty()) {
      json.name("source_labels").strings(rule.sourceLabels());
    }
    json.name("separator").string(rule.separator()).name("regex").string(rule.regex());
    if (rule.modulus() != 0) {
      json.name("modulus").number(rule.modulus());
    }
    if (!rule.targetLabel().isEmpty()) {
      json.name("target_label").string(rule.targetLabel());
    }
    json.name("replacement")
        .string(rule.replacement())
        .name("action")
        .string(rule.action())
        .endObject();
  }
}
