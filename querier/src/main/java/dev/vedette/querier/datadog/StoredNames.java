package dev.vedette.querier.datadog;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.promql.parse.Printer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Under which names metrics and tags of a query are stored: as they are written where there are
 * series of that name in the query's range, and else with an underscore for each character that a
 * plain name cannot have. A name that is plain costs nothing, another one a look into the index.
 * One query, one thread.
 */
public final class StoredNames {
  private final SeriesSource source;
  private final TenantId tenant;
  private final long startMillis;
  private final long endMillis;
  private final Map<String, String> metrics = new HashMap<>();
  private final Map<String, Set<String>> labels = new HashMap<>();

  public StoredNames(SeriesSource source, TenantId tenant, long startMillis, long endMillis) {
    this.source = source;
    this.tenant = tenant;
    this.startMillis = startMillis;
    this.endMillis = endMillis;
  }

  String metric(String written) {
    return isPlain(written)
        ? written
        : metrics.computeIfAbsent(written, name -> isStored(name) ? name : plain(name));
  }

  private boolean isStored(String metric) {
    return !source.series(tenant, of(metric), 1).isEmpty();
  }

  /** A tag of the series of a metric, whose stored name is given. */
  String label(String metric, String written) {
    if (isPlain(written)) {
      return written;
    }
    Set<String> known =
        labels.computeIfAbsent(
            metric, name -> new HashSet<>(source.labelNames(tenant, of(name), 0)));
    return known.contains(written) ? written : plain(written);
  }

  private Selection of(String metric) {
    return new Selection(
        List.of(LabelMatcher.equal(Labels.METRIC_NAME, metric)), startMillis, endMillis);
  }

  private static boolean isPlain(String name) {
    return Printer.isPlainName(name.replace(':', '_'));
  }

  private static String plain(String name) {
    StringBuilder out = new StringBuilder(name.length());
    name.codePoints()
        .forEach(
            c -> out.append(c == ':' || isPlain("a" + Character.toString(c)) ? (char) c : '_'));
    return out.toString();
  }
}
