package dev.vedette.querier.http;

import dev.vedette.model.ErrorId;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Unavailable;
import dev.vedette.runtime.http.Exchange;

/** Whether anybody waits for an answer still; ends reads for one whose client has left. */
final class ClientCheck implements ReadCheck, AutoCloseable {
  private final Exchange.Watch watch;
  private volatile boolean isGone;

  ClientCheck(Exchange exchange) {
    this.watch = exchange.onDisconnect(() -> isGone = true);
  }

  /** Any thread. */
  boolean isGone() {
    return isGone;
  }

  @Override
  public void check() {
    if (isGone) {
      throw new Unavailable(
          ErrorId.QUERY_CANCELLED,
          "the client left before all of its answer was read",
          "ask again");
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
