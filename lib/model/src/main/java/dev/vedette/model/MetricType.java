package dev.vedette.model;

import java.util.Locale;

/** Types of metric families as exposition formats and remote write name them. */
public enum MetricType {
  UNKNOWN,
  COUNTER,
  GAUGE,
  HISTOGRAM,
  GAUGEHISTOGRAM,
  SUMMARY,
  INFO,
  STATESET;

  /** As the Prometheus API spells it: {@code gaugehistogram}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
