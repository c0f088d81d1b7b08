package dev.vedette.app;

import java.io.PrintStream;
import java.util.Locale;

/** What {@code vedette run} says once it answers. */
final class Welcome {
  private Welcome() {}

  static void print(PrintStream out, Vedette vedette, double seconds) {
    String url = vedette.url();
    out.printf(Locale.ROOT, "ready %s in %.1f s%n", url, seconds);
    if (vedette.plays(Role.QUERIER)) {
      out.println();
      out.println("  look              " + url + "/graph");
      out.println("  what is up        curl '" + url + "/api/v1/query?query=up'");
      if (vedette.plays(Role.INGESTER)) {
        out.println("  what is scraped   curl '" + url + "/api/v1/targets'");
      }
      out.println("  Grafana           a Prometheus data source with the URL " + url);
    }
    if (vedette.plays(Role.INGESTER)) {
      out.println("  send here         remote_write: [{url: " + url + "/api/v1/write}]");
    }
    out.println("  data              " + vedette.data().toAbsolutePath().normalize());
    out.println("  resources         " + vedette.resources().toAbsolutePath().normalize());
    out.println("  stop              Ctrl-C");
    out.flush();
  }
}
