package dev.vedette.promql.partial;

import dev.vedette.model.SeriesSource;
import dev.vedette.model.Ticker;
import dev.vedette.model.partial.PartialAggregates;
import dev.vedette.promql.QueryLimits;
import dev.vedette.promql.QueryMemory;
import dev.vedette.testkit.PartialAggregatesContract;
import java.time.Duration;

class PartialEngineTest extends PartialAggregatesContract {
  @Override
  protected PartialAggregates over(SeriesSource series) {
    return new PartialEngine(
        series,
        new PartialEngine.Bounds(
            QueryLimits.DEFAULT, Duration.ofMinutes(1), QueryMemory.unbounded()),
        Ticker.system());
  }
}
