package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.testkit.RemoteWriteRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.Snappy;

/**
 * Start timestamps from remote write 2.0 to {@code rate}, where the feature is on, of floats and of
 * histograms.
 *
 * <p>A counter begins four minutes ago and stands at 30 and 60 one and two minutes later; then it
 * begins again and stands at 90 and 120, so that its values alone tell of no reset. In all it
 * counted 60 and 120; by the values it is 90 in three minutes, carried on by half a minute.
 */
class StartTimestampsTest {
  private static final String FEATURE = "--enable-feature=use-start-timestamps";
  private static final long MINUTE = 60_000;
  private static final double BY_STARTS = 180 / 300.0;
  private static final double BY_VALUES = 90 * 210 / 180.0 / 300;
  private static final HistogramLayout LAYOUT =
      HistogramLayout.of(0, 0.5, BucketSpans.of(0, 1), BucketSpans.of());

  @Test
  void ratesGoByThemFromMemoryFromTheLogAndFromBlocks(@TempDir Path data) throws Exception {
    long now = System.currentTimeMillis();
    Server server = Server.start(data, FEATURE);
    try {
      HttpResponse<String> answer =
          server.post(
              "/api/v1/write",
              Snappy.compress(counters(now).v2()),
              "Content-Type",
              RemoteWriteRequest.V2_CONTENT_TYPE,
              "Content-Encoding",
              "snappy");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
      assertRates(server, now, BY_STARTS);

      server.kill();
      server = Server.start(data, FEATURE);
      assertRates(server, now, BY_STARTS);

      assertThat(server.post("/api/v1/admin/tsdb/flush", new byte[0]).statusCode())
          .isBetween(200, 299);
      assertRates(server, now, BY_STARTS);
      assertThat(server.query("resets(jobs_total[5m])", now).at("/0/value/1").asInt()).isOne();

      server.stop();
      server = Server.start(data);
      assertRates(server, now, BY_VALUES);
      assertThat(server.query("resets(jobs_total[5m])", now).at("/0/value/1").asInt()).isZero();
    } finally {
      server.close();
    }
  }

  private static RemoteWriteRequest counters(long now) {
    long first = now - 4 * MINUTE;
    long second = now - 3 * MINUTE / 2;
    return new RemoteWriteRequest()
        .series(Labels.of("__name__", "jobs_total"))
        .sample(now - 3 * MINUTE, first, bits(30))
        .sample(now - 2 * MINUTE, first, bits(60))
        .sample(now - MINUTE, second, bits(90))
        .sample(now, second, bits(120))
        .series(Labels.of("__name__", "waits"))
        .histogram(now - 3 * MINUTE, first, count(30))
        .histogram(now - 2 * MINUTE, first, count(60))
        .histogram(now - MINUTE, second, count(90))
        .histogram(now, second, count(120));
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static Histogram count(long count) {
    return Histogram.ofIntegers(
        LAYOUT, CounterReset.UNKNOWN, count, 0, count, new long[] {count}, new long[0]);
  }

  private static void assertRates(Server server, long now, double expected) throws Exception {
    for (String rate : new String[] {"rate(jobs_total[5m])", "histogram_count(rate(waits[5m]))"}) {
      assertThat(server.query(rate, now).at("/0/value/1").asDouble(Double.NaN))
          .as(rate)
          .isCloseTo(expected, within(1e-9));
    }
  }
}
