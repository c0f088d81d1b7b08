package dev.vedette.promql.script;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesSource;

/** Where a script's samples go, and where the engine reads them. */
public interface ScriptStore {
  void clear();

  /** Adds a sample; a second one for a timestamp takes the place of the first. */
  void append(Labels labels, long timestampMillis, double value);

  SeriesSource source();
}
