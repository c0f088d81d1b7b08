package dev.vedette.tsdb.wal;

import dev.vedette.model.MetricType;

/** Metric types as bytes of the log; fixed for ever, whatever becomes of the enum's order. */
final class MetadataCodec {
  private MetadataCodec() {}

  static byte code(MetricType type) {
    return switch (type) {
      case UNKNOWN -> 0;
      case COUNTER -> 1;
      case GAUGE -> 2;
      case HISTOGRAM -> 3;
      case GAUGEHISTOGRAM -> 4;
      case SUMMARY -> 5;
      case INFO -> 6;
      case STATESET -> 7;
    };
  }

  static MetricType type(byte code) throws BodyReader.Malformed {
    return switch (code) {
      case 0 -> MetricType.UNKNOWN;
      case 1 -> MetricType.COUNTER;
      case 2 -> MetricType.GAUGE;
      case 3 -> MetricType.HISTOGRAM;
      case 4 -> MetricType.GAUGEHISTOGRAM;
      case 5 -> MetricType.SUMMARY;
      case 6 -> MetricType.INFO;
      case 7 -> MetricType.STATESET;
      default -> throw new BodyReader.Malformed("metric type " + code);
    };
  }
}
