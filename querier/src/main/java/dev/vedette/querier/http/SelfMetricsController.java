package dev.vedette.querier.http;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.vedette.model.LabelRegex;
import dev.vedette.querier.Querier;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The metrics of this process as JSON, for who cannot read the page of {@code /metrics}. */
@Controller("/api/v1/status")
@Requires(beans = {Querier.class, PrometheusRegistry.class})
final class SelfMetricsController {
  private final PrometheusRegistry registry;

  SelfMetricsController(PrometheusRegistry registry) {
    this.registry = registry;
  }

  @Get(value = "/self_metrics", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> selfMetrics(HttpRequest<?> request) {
    return Api.serve(request, this::selfMetrics);
  }

  private Answer selfMetrics(ApiCall call) {
    Pattern wanted = pattern(call.params().text("metric_name_pattern"));
    List<MetricSnapshot> families =
        registry.scrape().stream()
            .filter(family -> wanted.matches(SelfMetricsJson.name(family)))
            .toList();
    return Answer.of(json -> SelfMetricsJson.write(families, json));
  }

  private static Pattern pattern(String text) {
    try {
      return LabelRegex.compile(text.isEmpty() ? ".*" : text);
    } catch (PatternSyntaxException e) {
      throw ApiError.badParameter("metric_name_pattern", String.valueOf(e.getMessage()));
    }
  }
}
