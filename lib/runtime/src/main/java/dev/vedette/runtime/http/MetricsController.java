package dev.vedette.runtime.http;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.OutputStream;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Our own metrics, as text, OpenMetrics or protobuf by negotiation. */
@Controller
@Requires(beans = PrometheusRegistry.class)
final class MetricsController {
  private final PrometheusRegistry registry;
  private final ExpositionFormats formats = ExpositionFormats.init();

  MetricsController(PrometheusRegistry registry) {
    this.registry = registry;
  }

  @Get(value = "/metrics", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> metrics(HttpRequest<?> request) {
    @Nullable String accept = request.getHeaders().get(HttpHeaders.ACCEPT);
    ExpositionFormatWriter writer = formats.findWriter(accept);
    EscapingScheme escaping = EscapingScheme.fromAcceptHeader(accept);
    String contentType = writer.getContentType() + escaping.toHeaderFormat();
    return Exchange.serve(
        request,
        exchange -> {
          MetricSnapshots snapshots = registry.scrape();
          OutputStream out =
              exchange.reply(HttpResponse.ok().header(HttpHeaders.CONTENT_TYPE, contentType));
          writer.write(out, snapshots, escaping);
        });
  }
}
