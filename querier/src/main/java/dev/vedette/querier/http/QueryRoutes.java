package dev.vedette.querier.http;

import dev.vedette.querier.Querier;
import dev.vedette.runtime.http.Exchange;
import dev.vedette.runtime.http.ExchangeRoute;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.io.IOException;

/**
 * Queries as dashboards and rulers send them, past the framework, whose way to {@link
 * QueryController} takes longer than a query of some hundred series.
 */
@Factory
@Requires(beans = Querier.class)
final class QueryRoutes {
  private record Route(String path, Exchange.BodyHandler handler) implements ExchangeRoute {
    @Override
    public long mostBytes() {
      return Api.MOST_FORM_BYTES;
    }

    @Override
    public void answer(Exchange exchange, byte[] body) throws IOException {
      handler.handle(exchange, body);
    }
  }

  @Singleton
  @Named("query")
  ExchangeRoute query(QueryController controller) {
    return new Route("/api/v1/query", controller.queryHandler());
  }

  @Singleton
  @Named("query_range")
  ExchangeRoute queryRange(QueryController controller) {
    return new Route("/api/v1/query_range", controller.queryRangeHandler());
  }
}
