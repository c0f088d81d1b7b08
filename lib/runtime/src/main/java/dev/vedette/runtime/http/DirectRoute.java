package dev.vedette.runtime.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Map;

/**
 * A route whose requests are so many that the framework's way to a controller costs more than the
 * answer: plain {@code POST}s of a path, read whole, answered by a call on a virtual thread. A bean
 * of this type is found by itself.
 *
 * <p>Only what is ordinary comes here: HTTP/1.1, kept alive, with a {@code Content-Length} within
 * the server's bound, no {@code Expect} or {@code Origin}, nothing else of the connection under
 * way. All other requests for the path go to its controller, which therefore has to be there, and
 * answer the same.
 */
public interface DirectRoute {
  /** The whole path, without a query. */
  String path();

  /**
   * Answers a request whose body is {@code body[0..length)}; both are the callee's from then on.
   * Any thread, many at a time. What it throws is logged and answered as a bug.
   */
  Answer answer(HttpHeaders headers, byte[] body, int length);

  /**
   * What is sent back.
   *
   * @param headers besides content type and length
   * @param text plain text for people, empty where the status says it all
   */
  record Answer(int status, Map<String, String> headers, String text) {
    public Answer {
      headers = Map.copyOf(headers);
    }
  }
}
