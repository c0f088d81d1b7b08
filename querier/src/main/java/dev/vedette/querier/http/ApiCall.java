package dev.vedette.querier.http;

import dev.vedette.model.TenantId;
import dev.vedette.querier.Querier;
import dev.vedette.runtime.http.Exchange;
import dev.vedette.runtime.http.TenantResolver;

/** One request being answered. */
record ApiCall(Exchange exchange, ApiParams params) {
  /** Whose data it asks for. */
  TenantId tenant(Querier querier) {
    return tenant(querier, exchange);
  }

  /** Whose data a request asks for, told as senders tell whose they send. */
  static TenantId tenant(Querier querier, Exchange exchange) {
    return querier.tenants().resolve(exchange.request().getHeaders().getAll(TenantResolver.HEADER));
  }
}
