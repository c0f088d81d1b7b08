package dev.vedette.app.tsdb;

import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A metric family as OpenMetrics has it: the metrics that belong together, and what senders said of
 * them. Its type is unknown where OpenMetrics does not allow the names of its metrics.
 *
 * @param metrics sorted
 */
record DumpFamily(String name, MetricType type, String help, String unit, List<String> metrics) {
  private static final String TOTAL = "_total";
  static final String CREATED = "_created";

  /**
   * All families, by name.
   *
   * @param metrics sorted
   * @param expanded whether a native histogram is written as a classic one
   */
  static Collection<DumpFamily> of(
      List<String> metrics, List<MetricMetadata> metadata, boolean expanded) {
    Map<String, MetricMetadata> known = new HashMap<>();
    metadata.forEach(each -> known.put(each.family(), each));
    Map<String, DumpFamily> families = new TreeMap<>();
    for (String metric : metrics) {
      DumpFamily family = alone(metric, known, expanded);
      DumpFamily there = families.get(family.name);
      if (there != null && there.type != family.type) {
        family = unknown(metric);
        there = families.get(metric);
      }
      if (there != null) {
        there.metrics.add(metric);
      } else {
        families.put(family.name, family);
      }
    }
    return families.values();
  }

  private static DumpFamily unknown(String metric) {
    return new DumpFamily(metric, MetricType.UNKNOWN, "", "", new ArrayList<>(List.of(metric)));
  }

  private static DumpFamily alone(
      String metric, Map<String, MetricMetadata> known, boolean expanded) {
    MetricMetadata own = known.get(metric);
    if (own != null) {
      // The text format names a counter's family as its only metric.
      boolean isTotal = own.type() == MetricType.COUNTER && metric.endsWith(TOTAL);
      boolean isBare =
          switch (own.type()) {
            case UNKNOWN, GAUGE, SUMMARY, STATESET -> true;
            case HISTOGRAM, GAUGEHISTOGRAM -> expanded;
            case COUNTER, INFO -> false;
          };
      String name = isTotal ? without(metric, TOTAL) : metric;
      return member(name, isTotal || isBare ? own.type() : MetricType.UNKNOWN, own, metric);
    }
    for (MetricType type : MetricType.values()) {
      for (String suffix : suffixes(type)) {
        MetricMetadata family = metric.endsWith(suffix) ? known.get(without(metric, suffix)) : null;
        if (family != null && family.type() == type) {
          return member(family.family(), type, family, metric);
        }
      }
    }
    return unknown(metric);
  }

  private static DumpFamily member(
      String name, MetricType type, MetricMetadata said, String metric) {
    boolean isUnit = !said.unit().isEmpty() && name.endsWith("_" + said.unit());
    return new DumpFamily(
        name, type, said.help(), isUnit ? said.unit() : "", new ArrayList<>(List.of(metric)));
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
