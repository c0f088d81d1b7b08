package dev.vedette.promql.script;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.InMemorySeries;

final class MemoryStore implements ScriptStore {
  private final InMemorySeries series = new InMemorySeries();

  @Override
  public void clear() {
    series.clear();
  }

  @Override
  public void append(Labels labels, long timestampMillis, double value) {
    series.append(TenantId.DEFAULT, labels, timestampMillis, value);
  }

  @Override
  public SeriesSource source() {
    return series;
  }
}
