package dev.vedette.wire.exposition;

import dev.vedette.model.MetricType;

/**
 * The label of a family whose value is a number, by the family's type: clients write the same bound
 * as {@code 1}, {@code 1.0} or {@code 1e0}, and only one form may reach storage. A cached
 * conversion of series text is valid only under the bound label it was made with.
 */
public enum BoundLabel {
  NONE(""),
  LE("le"),
  QUANTILE("quantile");

  private final String label;

  BoundLabel(String label) {
    this.label = label;
  }

  static BoundLabel of(MetricType type) {
    return switch (type) {
      case HISTOGRAM -> LE;
      case SUMMARY -> QUANTILE;
      default -> NONE;
    };
  }

  String label() {
    return label;
  }
}
