package dev.vedette.runtime.http;

import dev.vedette.model.Ticker;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.core.annotation.Order;
import io.micronaut.http.BasicHttpAttributes;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.context.event.HttpRequestTerminatedEvent;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and times requests by route, from the request's headers to the last byte of the reply.
 * Paths without a route share one name, so that nobody can make series by asking for nonsense.
 */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(Integer.MIN_VALUE)
@Requires(beans = PrometheusRegistry.class)
final class RequestMetrics implements ApplicationEventListener<HttpRequestTerminatedEvent> {
  private static final Logger log = LoggerFactory.getLogger(RequestMetrics.class);
  private static final String STARTED = "vedette.started";
  private static final String STATUS = "vedette.status";

  /** The client left before there was an answer. */
  static final int CLIENT_LEFT = 499;

  private final Ticker ticker;
  private final Counter requests;
  private final Histogram seconds;
  private final Gauge inFlight;

  RequestMetrics(PrometheusRegistry registry, Ticker ticker) {
    this.ticker = ticker;
    this.requests =
        Counter.builder()
            .name("vedette_http_requests_total")
            .help("HTTP requests answered, by route and status code.")
            .labelNames("handler", "code")
            .register(registry);
    this.seconds =
        Histogram.builder()
            .name("vedette_http_request_seconds")
            .help("Time from a request's headers to the last byte of its reply.")
            .labelNames("handler")
            .classicUpperBounds(0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 60)
            .classicOnly()
            .register(registry);
    this.inFlight =
        Gauge.builder()
            .name("vedette_http_requests_in_flight")
            .help("HTTP requests being answered.")
            .register(registry);
  }

  @RequestFilter
  void started(HttpRequest<?> request) {
    request.setAttribute(STARTED, ticker.nanos());
    inFlight.inc();
  }

  @ResponseFilter
  void answered(HttpRequest<?> request, MutableHttpResponse<?> response) {
    request.setAttribute(STATUS, response.code());
  }

  @Override
  public void onApplicationEvent(HttpRequestTerminatedEvent event) {
    HttpRequest<?> request = event.getSource();
    Long started = request.getAttribute(STARTED, Long.class).orElse(null);
    if (started == null) {
      return;
    }
    String handler = BasicHttpAttributes.getUriTemplate(request).orElse("unmatched");
    int code = request.getAttribute(STATUS, Integer.class).orElse(CLIENT_LEFT);
    ended(handler, code, started);
    log.debug(
        "request: method={} path={} code={}", request.getMethodName(), request.getPath(), code);
  }

  /** A request that the framework does not see begins; {@link #ended} has to follow. */
  long started() {
    inFlight.inc();
    return ticker.nanos();
  }

  void ended(String handler, int code, long startedNanos) {
    inFlight.dec();
    requests.labelValues(handler, Integer.toString(code)).inc();
    seconds.labelValues(handler).observe((ticker.nanos() - startedNanos) / 1e9);
  }
}
