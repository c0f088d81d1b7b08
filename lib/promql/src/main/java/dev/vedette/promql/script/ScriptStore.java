package dev.vedette.promql.script;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesSource;

/**
 * Where a script's samples go, and where the engine reads them. A second sample for a timestamp
 * takes the place of the first.
 */
public interface ScriptStore {
  void clear();

  /**
   * Adds a number.
   *
   * @param startMillis when its counter began, 0 where that is not known
   */
  void append(Labels labels, long timestampMillis, double value, long startMillis);

  /**
   * Adds a histogram.
   *
   * @param startMillis when its counter began, 0 where that is not known
   */
  void append(Labels labels, long timestampMillis, Histogram histogram, long startMillis);

  SeriesSource source();
}
