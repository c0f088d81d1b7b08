package dev.vedette.querier.http;

import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.promql.QueryMemory;
import dev.vedette.querier.Querier;
import dev.vedette.querier.federation.Federation;
import dev.vedette.querier.federation.FederationMessages;
import dev.vedette.querier.federation.FederationText;
import dev.vedette.runtime.http.Exchange;
import dev.vedette.runtime.http.PlainText;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** The newest samples of chosen series, for another Prometheus to scrape. */
@Controller
@Requires(beans = Querier.class)
final class FederationController {
  // A page of this size is a few hundred megabytes; who wants more wants remote write.
  private static final int MAX_SERIES = 2_000_000;

  private final Querier querier;
  private final QueryMemory memory;
  private final Clock clock;

  FederationController(Querier querier) {
    this.querier = querier;
    this.memory = querier.memory();
    this.clock = querier.clock();
  }

  @Get(value = "/federate", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> federate(HttpRequest<?> request) {
    return Exchange.serve(request, this::federate);
  }

  private void federate(Exchange exchange) throws IOException {
    try (QueryMemory.Reservation held = memory.open(ApiCall.tenant(querier, exchange));
        ClientCheck client = new ClientCheck(exchange)) {
      federate(exchange, held, client);
    }
  }

  private void federate(Exchange exchange, QueryMemory.Reservation held, ClientCheck client)
      throws IOException {
    TreeMap<Labels, Federation.Latest> series;
    try {
      ApiParams params = new ApiParams(exchange.queryParams());
      long lookbackMillis = querier.config().lookback().toMillis();
      Federation federation = new Federation(querier.source(), lookbackMillis, MAX_SERIES);
      series =
          federation.latest(
              ApiCall.tenant(querier, exchange), params.anyMatches(), clock.millis(), held, client);
    } catch (InvalidRequest e) {
      exchange.replyWhole(PlainText.reply(HttpStatus.BAD_REQUEST, e.getMessage() + "\n"));
      return;
    } catch (ApiError e) {
      exchange.replyWhole(PlainText.reply(HttpStatus.BAD_REQUEST, e.text() + "\n"));
      return;
    }
    String accept = exchange.request().getHeaders().get(HttpHeaders.ACCEPT);
    if (accept != null && FederationMessages.arePreferred(accept)) {
      FederationMessages.write(series, reply(exchange, FederationMessages.CONTENT_TYPE));
    } else {
      FederationText.write(series, reply(exchange, FederationText.CONTENT_TYPE));
    }
  }

  private static OutputStream reply(Exchange exchange, String type) {
    return exchange.reply(
        HttpResponse.ok()
            .header(HttpHeaders.CONTENT_TYPE, type)
            .header(HttpHeaders.VARY, HttpHeaders.ACCEPT));
  }
}
