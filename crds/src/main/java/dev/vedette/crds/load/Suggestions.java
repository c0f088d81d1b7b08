package dev.vedette.crds.load;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Guesses what somebody meant who wrote a name that is not there. */
final class Suggestions {
  /** What Prometheus' own configuration calls fields of a ScrapeTarget. */
  private static final Map<String, String> FAMILIAR =
      Map.ofEntries(
          Map.entry("metricspath", "path"),
          Map.entry("scrapeinterval", "interval"),
          Map.entry("scrapetimeout", "timeout"),
          Map.entry("staticconfigs", "static"),
          Map.entry("dnssdconfigs", "dns"),
          Map.entry("filesdconfigs", "files"),
          Map.entry("relabelconfigs", "relabelings"),
          Map.entry("metricrelabelconfigs", "metricRelabelings"),
          Map.entry("tlsconfig", "tls"),
          Map.entry("bearertoken", "authorization"),
          Map.entry("bearertokenfile", "authorization"),
          Map.entry("samplelimit", "samples"),
          Map.entry("bodysizelimit", "bodySize"),
          Map.entry("labellimit", "labels"),
          Map.entry("labelnamelengthlimit", "labelNameLength"),
          Map.entry("labelvaluelengthlimit", "labelValueLength"),
          Map.entry("targetlimit", "targets"));

  private Suggestions() {}

  /** The likeliest of some names, empty where none is near. */
  static Optional<String> nearest(String written, Collection<String> names) {
    String wanted = plain(written);
    String familiar = FAMILIAR.get(wanted);
    if (familiar != null && names.contains(familiar)) {
      return Optional.of(familiar);
    }
    int most = Math.max(1, wanted.length() / 3);
    return names.stream()
        .filter(name -> distance(wanted, plain(name)) <= most)
        .min(
            Comparator.comparingInt((String name) -> distance(wanted, plain(name)))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** The paths below a schema at which a field of this name, or of a familiar one, does exist. */
  static List<String> elsewhere(String written, Schema schema, String path) {
    String wanted = FAMILIAR.getOrDefault(plain(written), written);
    List<String> found = new ArrayList<>();
    schema
        .properties()
        .forEach(
            (name, child) -> {
              String at = path.isEmpty() ? name : path + "." + name;
              if (plain(name).equals(plain(wanted))) {
                found.add(at);
              }
              found.addAll(elsewhere(written, child, at));
            });
    return found;
  }

  private static String plain(String name) {
    String shown = name.length() <= 64 ? name : name.substring(0, 64);
    return shown.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
  }

  /**
   * Insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
   */
  private static int distance(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        cost[i][j] = i == 0 ? j : j == 0 ? i : step(cost, from, to, i, j);
      }
    }
    return cost[from.length()][to.length()];
  }

  private static int step(int[][] cost, String from, String to, int i, int j) {
    int replaced = cost[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
    int best = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
    boolean swapped =
        i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1);
    return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
  }
}
