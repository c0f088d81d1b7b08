package dev.vedette.promql.exec;

import dev.vedette.model.Labels;

/** What becomes of {@code __name__} in a result. */
public enum NameRule {
  /** It stays. */
  KEEP,
  /** It goes at once. */
  DROP,
  /** It goes in the end; until then it can still be matched and grouped by. */
  DROP_LATER;

  public static NameRule dropping(boolean later) {
    return later ? DROP_LATER : DROP;
  }

  public Labels labels(Labels labels) {
    return this == DROP ? Series.withoutName(labels) : labels;
  }

  /** Whether a series is to be marked. */
  public boolean delays(Labels labels) {
    return this == DROP_LATER && Series.hasName(labels);
  }

  /** Applies it to a series that may be marked already. */
  void apply(VectorBatch batch, int series) {
    if (this != KEEP) {
      Labels labels = batch.labels(series);
      batch.relabel(series, labels(labels), batch.nameDropped(series) || delays(labels));
    }
  }
}
