package dev.vedette.testkit;

import dev.vedette.model.SampleSink;
import dev.vedette.model.SeriesSource;

class InMemorySeriesTest extends SeriesSourceContract {
  private final InMemorySeries store = new InMemorySeries();

  @Override
  protected SampleSink sink() {
    return store;
  }

  @Override
  protected SeriesSource source() {
    return store;
  }

  @Override
  protected long nowMillis() {
    return 1_700_000_000_000L;
  }
}
