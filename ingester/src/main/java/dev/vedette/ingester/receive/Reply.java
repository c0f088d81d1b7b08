package dev.vedette.ingester.receive;

import java.util.HashMap;
import java.util.Map;

/**
 * What a sender is answered.
 *
 * @param status HTTP status
 * @param headers besides the content type
 * @param text plain text for people, empty where the status says it all
 */
public record Reply(int status, Map<String, String> headers, String text) {
  static final Reply STORED = new Reply(204, Map.of(), "");

  public Reply {
    headers = Map.copyOf(headers);
  }

  /** The same with more headers. */
  Reply with(Map<String, String> more) {
    if (more.isEmpty()) {
      return this;
    }
    Map<String, String> all = new HashMap<>(headers);
    all.putAll(more);
    return new Reply(status, all, text);
  }
}
