package dev.vedette.runtime.http;

import java.io.IOException;

/**
 * A {@link DirectRoute} whose answers may be long: they go out while they are written, as those of
 * any {@link Exchange}. A bean of this type is found by itself.
 *
 * <p>Only what is ordinary comes here, as there, and only where the client takes answers as they
 * are or compressed by gzip. All other requests for the path go to its controller, which therefore
 * has to be there, and hand them to the same handler.
 */
public interface ExchangeRoute {
  /** The whole path, without a query. */
  String path();

  /** Requests with more bytes than this go to the controller. */
  long mostBytes();

  /** Answers a request, on a virtual thread of its own, many at a time. */
  void answer(Exchange exchange, byte[] body) throws IOException;
}
