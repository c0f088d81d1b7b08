package dev.vedette.tsdb.head;

import dev.vedette.model.SampleSink;
import dev.vedette.model.SeriesSource;
import dev.vedette.testkit.SeriesSourceContract;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

class HeadContractTest extends SeriesSourceContract {
  private static final long NOW = 1_760_000_000_000L;

  private final HeadSource head =
      new HeadSource(
          new Head(
              HeadConfig.defaults(),
              Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC),
              FakeLog.remembering(),
              new PrometheusRegistry()));

  @Override
  protected SampleSink sink() {
    return head;
  }

  @Override
  protected SeriesSource source() {
    return head;
  }

  @Override
  protected long nowMillis() {
    return NOW;
  }
}
