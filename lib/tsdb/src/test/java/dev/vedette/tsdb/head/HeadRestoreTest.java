package dev.vedette.tsdb.head;

import static dev.vedette.tsdb.head.Batches.series;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadRestoreTest {
  private static final long NOW = 1_760_000_000_000L;

  private final FakeLog log = FakeLog.remembering();
  private final Head head =
      new Head(
          new HeadConfig(
              2,
              Duration.ofDays(1),
              Duration.ofMinutes(5),
              Duration.ofMinutes(30),
              SeriesLimits.DEFAULTS),
          Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC),
          log,
          new PrometheusRegistry());

  @Test
  void noRefThatTheLogNamesIsGivenToAnotherSeries() {
    HeadRestore restore = head.restore();
    restore(restore, 3, series("a"));
    restore(restore, 7, series("b"));
    // It left and was born again while the log still had its first record.
    restore(restore, 12, series("a"));
    restore.finish();

    for (int i = 0; i < 20; i++) {
      head.write(TenantId.DEFAULT, Batches.of(series("new", "n", "" + i), NOW, i));
    }

    assertThat(log.entries.stream().filter(FakeLog.Entry::isSeries).map(FakeLog.Entry::ref))
        .doesNotHaveDuplicates()
        .doesNotContain(3, 7, 12)
        .contains(0, 1, 2, 4);
    assertThat(head.series()).isEqualTo(22);
  }

  @Test
  void samplesOfBothRefsOfASeriesAreItsOwn() {
    HeadRestore restore = head.restore();
    restore(restore, 3, series("a"));
    restore.sample(3, NOW - 2000, 1);
    restore(restore, 12, series("a"));
    restore.sample(12, NOW - 1000, 2);
    restore.sample(99, NOW, 3);
    restore.finish();

    assertThat(restore.strays()).isEqualTo(1);
    assertThat(times("a")).containsExactly(NOW - 2000, NOW - 1000);
  }

  @Test
  void seriesThatLeaveAreForgottenAndTheirRefsComeAgainAfterTheNextFlush() throws Exception {
    head.write(
        TenantId.DEFAULT, Batches.of(series("old"), NOW - Duration.ofHours(5).toMillis(), 1));
    head.write(TenantId.DEFAULT, Batches.of(series("young"), NOW, 1));

    flush();
    assertThat(head.series()).isEqualTo(2);
    flush();
    head.write(TenantId.DEFAULT, Batches.of(series("next"), NOW, 1));
    flush();
    head.write(TenantId.DEFAULT, Batches.of(series("last"), NOW, 1));

    assertThat(log.entries.stream().filter(FakeLog.Entry::isSeries).map(FakeLog.Entry::ref))
        .containsExactly(0, 1, 2, 0);
    assertThat(head.series()).isEqualTo(3);
    assertThat(names()).containsExactlyInAnyOrder("young", "next", "last");
    assertThat(times("last")).containsExactly(NOW);
  }

  private void flush() throws InterruptedException {
    HeadFlush flush = head.beginFlush(Long.MAX_VALUE, 7_200_000);
    flush.drop(NOW - Duration.ofHours(3).toMillis());
    flush.finish();
  }

  private List<String> names() {
    return List.copyOf(
        head.labelValues(TenantId.DEFAULT, "__name__", new Selection(List.of(), 0, NOW)));
  }

  private static void restore(HeadRestore restore, int ref, Labels labels) {
    byte[] bytes = LabelBytes.encode(labels);
    restore.series(ref, TenantId.DEFAULT, bytes, 0, bytes.length);
  }

  private List<Long> times(String name) {
    List<Long> times = new ArrayList<>();
    Selection selection = new Selection(List.of(LabelMatcher.equal("__name__", name)), 0, NOW + 1);
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = head.select(TenantId.DEFAULT, selection, ReadCheck.NONE)) {
      while (cursor.next(batch)) {
        for (int s = 0; s < batch.size(0); s++) {
          times.add(batch.timestamps(0)[s]);
        }
      }
    }
    return times;
  }
}
