package dev.vedette.app;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The name this machine has for itself. */
final class HostName {
  private HostName() {}

  static String ofThisMachine() {
    String name = System.getenv("HOSTNAME");
    if (name != null && !name.isEmpty()) {
      return name;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      // A machine may have no name; the scrape schedule it decides is then as good as any.
      return "localhost";
    }
  }
}
