package dev.vedette.runtime.http;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;

/**
 * Where a server listens.
 *
 * @param host a name or an address; IPv6 addresses without brackets
 * @param port 0 takes any free port
 */
public record ListenAddress(String host, int port) {
  public static final ListenAddress ANY_LOOPBACK_PORT = new ListenAddress("127.0.0.1", 0);

  /**
   * Reads {@code HOST:PORT}, {@code [IPV6]:PORT}, or {@code :PORT}, which listens on all
   * interfaces.
   */
  public static ListenAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw malformed(text);
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw malformed(text);
    }
    return new ListenAddress(host.isEmpty() ? "0.0.0.0" : host, port(text, colon + 1));
  }

  private static int port(String text, int from) {
    try {
      int port = Integer.parseInt(text, from, text.length(), 10);
      if (port >= 0 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException _) {
      // Reported below, like a number outside the range.
    }
    throw malformed(text);
  }

  private static InvalidRequest malformed(String text) {
    return new InvalidRequest(
        ErrorId.INVALID_REQUEST,
        "listen address \"%s\" is not HOST:PORT".formatted(text),
        "give a name or address and a port from 0 to 65535, such as 127.0.0.1:9090 or [::1]:9090");
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
