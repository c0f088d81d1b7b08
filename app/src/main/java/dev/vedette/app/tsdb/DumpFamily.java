package dev.vedette.app.tsdb;

import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A metric family as OpenMetrics has it: the metrics that belong together, and what senders said of
 * them. Its type is unknown where OpenMetrics does not allow the names of its metrics.
 */
final class DumpFamily {
  private static final String TOTAL = "_total";
  private static final String CREATED = "_created";

  private final String name;
  private final MetricType type;
  private final String help;
  private final String unit;
  private final List<String> metrics = new ArrayList<>();

  private DumpFamily(String name, MetricType type, String help, String unit) {
    this.name = name;
    this.type = type;
    this.help = help;
    this.unit = unit;
  }

  /**
   * All families, by name.
   *
   * @param metrics in order
   * @param expanded whether a native histogram is written as a classic one
   */
  static Collection<DumpFamily> of(
      SequencedSet<String> metrics, List<MetricMetadata> metadata, boolean expanded) {
    Map<String, MetricMetadata> known = new HashMap<>();
    metadata.forEach(each -> known.put(each.family(), each));
    Map<String, DumpFamily> families = new TreeMap<>();
    for (String metric : metrics) {
      DumpFamily own = alone(metric, known, expanded || isClassic(metric, metrics));
      DumpFamily there = families.getOrDefault(own.name, own);
      DumpFamily family = there.type == own.type ? own : unknown(metric);
      families.computeIfAbsent(family.name, _ -> family).metrics.add(metric);
    }
    return families.values();
  }

  /** Whether a histogram of this name is there as a classic one, whatever else. */
  static boolean isClassic(String histogram, Set<String> metrics) {
    return !classic(histogram, metrics).isEmpty();
  }

  /** The metrics that a classic histogram of this name has in every series. */
  static List<String> classic(String histogram, Set<String> metrics) {
    return Stream.of("_bucket", "_count", "_gcount")
        .map(suffix -> histogram + suffix)
        .filter(metrics::contains)
        .toList();
  }

  private static DumpFamily unknown(String metric) {
    return new DumpFamily(metric, MetricType.UNKNOWN, "", "");
  }

  /** The family of a metric; of a native histogram the classic one's, where that is there. */
  private static DumpFamily alone(
      String metric, Map<String, MetricMetadata> known, boolean asClassic) {
    MetricMetadata own = known.get(metric);
    if (own != null) {
      // The text format names a counter's family as its only metric.
      boolean isTotal = own.type() == MetricType.COUNTER && metric.endsWith(TOTAL);
      boolean isBare =
          switch (own.type()) {
            case UNKNOWN, GAUGE, SUMMARY, STATESET -> true;
            case HISTOGRAM, GAUGEHISTOGRAM -> asClassic;
            case COUNTER, INFO -> false;
          };
      String name = isTotal ? without(metric, TOTAL) : metric;
      return member(name, isTotal || isBare ? own.type() : MetricType.UNKNOWN, own);
    }
    for (MetricType type : MetricType.values()) {
      for (String suffix : suffixes(type)) {
        MetricMetadata family = metric.endsWith(suffix) ? known.get(without(metric, suffix)) : null;
        if (family != null && family.type() == type) {
          return member(family.family(), type, family);
        }
      }
    }
    return unknown(metric);
  }

  private static DumpFamily member(String name, MetricType type, MetricMetadata said) {
    String unit = said.unit();
    // A name may have any character, and so the unit that it ends in; what follows TYPE may not.
    boolean isUnit = OpenMetricsText.isUnit(unit) && name.endsWith("_" + unit);
    return new DumpFamily(name, type, said.help(), isUnit ? unit : "");
  }

  private static List<String> suffixes(MetricType type) {
    return switch (type) {
      case COUNTER -> List.of(TOTAL, CREATED);
      case HISTOGRAM -> List.of("_bucket", "_count", "_sum", CREATED);
      case GAUGEHISTOGRAM -> List.of("_bucket", "_gcount", "_gsum");
      case SUMMARY -> List.of("_count", "_sum", CREATED);
      case INFO -> List.of("_info");
      case UNKNOWN, GAUGE, STATESET -> List.of();
    };
  }

  private static String without(String metric, String suffix) {
    return metric.substring(0, metric.length() - suffix.length());
  }

  /** In order. */
  List<String> metrics() {
    return metrics;
  }

  /** What a classic histogram of this family calls its number, and its sum. */
  String count() {
    return type == MetricType.GAUGEHISTOGRAM ? "_gcount" : "_count";
  }

  String sum() {
    return type == MetricType.GAUGEHISTOGRAM ? "_gsum" : "_sum";
  }

  /** The name of the series that tells when those of a metric began; null where none does. */
  @Nullable String createdBy(String metric) {
    boolean tells =
        switch (type) {
          case COUNTER -> metric.endsWith(TOTAL);
          // Of the name itself are native ones, that are written as classic ones.
          case HISTOGRAM -> metric.endsWith("_count") || metric.equals(name);
          case SUMMARY -> metric.endsWith("_count");
          default -> false;
        };
    String created = name + CREATED;
    return tells && !metrics.contains(created) ? created : null;
  }

  /** Whether a line of a metric may have an exemplar. */
  boolean hasExemplars(String metric) {
    return switch (type) {
      case COUNTER -> metric.endsWith(TOTAL);
      case HISTOGRAM, GAUGEHISTOGRAM -> metric.endsWith("_bucket");
      default -> false;
    };
  }

  /** What stands before its samples. */
  String head() {
    String shown = OpenMetricsText.name(name);
    StringBuilder head = new StringBuilder();
    head.append("# TYPE ").append(shown).append(' ').append(type.text()).append('\n');
    if (!unit.isEmpty()) {
      head.append("# UNIT ").append(shown).append(' ').append(unit).append('\n');
    }
    if (!help.isEmpty()) {
      String text = OpenMetricsText.escaped(help);
      head.append("# HELP ").append(shown).append(' ').append(text).append('\n');
    }
    return head.toString();
  }
}
