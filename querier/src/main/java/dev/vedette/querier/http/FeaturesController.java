package dev.vedette.querier.http;

import dev.vedette.promql.LanguageFeature;
import dev.vedette.promql.parse.AggregationOp;
import dev.vedette.promql.parse.BinaryOp;
import dev.vedette.promql.parse.Features;
import dev.vedette.promql.parse.Functions;
import dev.vedette.querier.Querier;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * What can be done here, by Prometheus' categories and names, so that a client need not go by a
 * version.
 */
@Controller("/api/v1")
@Requires(beans = Querier.class)
final class FeaturesController {
  private static final List<String> API =
      List.of(
          "exclude_alerts",
          "label_values_match",
          "query_stats",
          "query_warnings",
          "remote_write_receiver",
          "time_range_labels",
          "time_range_series");
  private static final List<String> LANGUAGE =
      List.of(
          "at_modifier",
          "bool",
          "by",
          "group_left",
          "group_right",
          "ignoring",
          "negative_offset",
          "offset",
          "on",
          "per_query_lookback_delta",
          "subqueries",
          "without");
  private static final List<String> MATCHES_AND_TIMES = List.of("=~", "!~", "@");

  private final Querier querier;

  FeaturesController(Querier querier) {
    this.querier = querier;
  }

  @Get(value = "/features", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> features(HttpRequest<?> request) {
    return Api.serve(
        request,
        _ -> {
          Map<String, Map<String, Boolean>> now = features();
          return Answer.of(json -> json.tree(now));
        });
  }

  /** Some of them are switched while the server runs. */
  private Map<String, Map<String, Boolean>> features() {
    Set<LanguageFeature> on = querier.config().features();
    Features syntax = LanguageFeature.syntax(on);
    boolean typeLabels = on.contains(LanguageFeature.TYPE_AND_UNIT_LABELS);
    return new TreeMap<>(
        Map.of(
            "api", api(querier),
            "prometheus", Map.of("agent_mode", false, "server_mode", true),
            "promql", language(syntax, on),
            "promql_functions", functions(syntax),
            "promql_operators", operators(syntax),
            "scrape", Map.of("extra_scrape_metrics", true, "type_and_unit_labels", typeLabels),
            "service_discovery_providers", on(List.of("dns", "file", "static")),
            "tsdb", on(List.of("exemplar_storage", "isolation", "native_histograms"))));
  }

  private static TreeMap<String, Boolean> on(List<String> names) {
    TreeMap<String, Boolean> all = new TreeMap<>();
    names.forEach(name -> all.put(name, true));
    return all;
  }

  private static TreeMap<String, Boolean> api(Querier querier) {
    TreeMap<String, Boolean> all = on(API);
    all.put("admin", querier.info().adminApi());
    all.put("lifecycle", querier.info().lifecycle());
    all.put("otlp_write_receiver", false);
    return all;
  }

  private static TreeMap<String, Boolean> language(Features features, Set<LanguageFeature> on) {
    TreeMap<String, Boolean> all = on(LANGUAGE);
    all.put("delayed_name_removal", on.contains(LanguageFeature.DELAYED_NAME_REMOVAL));
    all.put("type_and_unit_labels", on.contains(LanguageFeature.TYPE_AND_UNIT_LABELS));
    all.put("anchored", features.extendedRangeSelectors());
    all.put("smoothed", features.extendedRangeSelectors());
    all.put("duration_expr", features.durationExpressions());
    all.put("fill", features.fillModifiers());
    all.put("fill_left", features.fillModifiers());
    all.put("fill_right", features.fillModifiers());
    return all;
  }

  private static TreeMap<String, Boolean> functions(Features features) {
    TreeMap<String, Boolean> all = new TreeMap<>();
    Functions.all()
        .values()
        .forEach(
            function ->
                all.put(
                    function.name(), !function.experimental() || features.experimentalFunctions()));
    return all;
  }

  private static TreeMap<String, Boolean> operators(Features features) {
    TreeMap<String, Boolean> all = on(MATCHES_AND_TIMES);
    for (BinaryOp op : BinaryOp.values()) {
      all.put(op.symbol(), true);
    }
    for (AggregationOp op : AggregationOp.values()) {
      all.put(op.text(), !op.isExperimental() || features.experimentalFunctions());
    }
    return all;
  }
}
