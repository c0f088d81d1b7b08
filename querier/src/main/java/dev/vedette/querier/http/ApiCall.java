package dev.vedette.querier.http;

import dev.vedette.runtime.http.Exchange;

/** One request being answered. */
record ApiCall(Exchange exchange, ApiParams params) {}
