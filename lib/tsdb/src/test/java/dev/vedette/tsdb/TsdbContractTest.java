package dev.vedette.tsdb;

import dev.vedette.model.RealFiles;
import dev.vedette.model.SampleSink;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.Ticker;
import dev.vedette.testkit.SeriesSourceContract;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The engine keeps the contract of a store, whatever happens between writing and reading. */
class TsdbContractTest {
  abstract static class Contract extends SeriesSourceContract {
    private static final long NOW = 1_760_000_000_000L;

    @TempDir Path folder;
    Tsdb tsdb;

    @BeforeEach
    void open() {
      TsdbConfig config = TsdbConfig.defaults(folder).withMaintenanceInterval(Duration.ofDays(1));
      Clock clock = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);
      tsdb = Tsdb.open(config, new RealFiles(), clock, Ticker.system(), new PrometheusRegistry());
    }

    @AfterEach
    void close() {
      tsdb.close();
    }

    @Override
    protected SampleSink sink() {
      return tsdb;
    }

    @Override
    protected SeriesSource source() {
      return tsdb;
    }

    @Override
    protected long nowMillis() {
      return NOW;
    }
  }

  @Nested
  class AtOnce extends Contract {}

  @Nested
  class AfterARestart extends Contract {
    @Override
    protected void settle() {
      close();
      open();
    }
  }

  @Nested
  class AfterAFlush extends Contract {
    @Override
    protected void settle() {
      tsdb.flush();
    }
  }

  @Nested
  class AfterAFlushARestartAndMaintenance extends Contract {
    @Override
    protected void settle() {
      tsdb.flush();
      close();
      open();
      tsdb.maintain();
    }
  }
}
