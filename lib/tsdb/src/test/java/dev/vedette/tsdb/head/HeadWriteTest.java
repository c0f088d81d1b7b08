package dev.vedette.tsdb.head;

import static dev.vedette.tsdb.head.Batches.series;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.Selection;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.model.WriteOutcome.Refusal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadWriteTest {
  private static final long NOW = 1_760_000_000_000L;
  private static final TenantId TENANT = TenantId.DEFAULT;

  private final FakeLog log = FakeLog.remembering();
  private Head head = head(SeriesLimits.DEFAULTS, log);

  private static Head head(SeriesLimits limits, HeadLog log) {
    return new Head(
        new HeadConfig(
            2, Duration.ofDays(1), Duration.ofMinutes(5), Duration.ofMinutes(30), limits),
        Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC),
        log,
        new PrometheusRegistry());
  }

  @Test
  void samplesOutsideTheAcceptedTimeAreRefusedAndTheRestIsStored() {
    WriteBatch batch = Batches.of(series("up"), NOW - Duration.ofDays(2).toMillis(), 1);
    batch.addSample(NOW - 1000, 0);
    batch.addSample(NOW + Duration.ofMinutes(6).toMillis(), 0);

    WriteOutcome outcome = head.write(TENANT, batch);

    assertThat(outcome.stored()).isEqualTo(1);
    assertThat(outcome.refusals())
        .extracting(Refusal::id)
        .containsExactlyInAnyOrder(ErrorId.SAMPLE_TOO_OLD, ErrorId.SAMPLE_TOO_NEW);
    assertThat(outcome.refusals()).allSatisfy(r -> assertThat(r.message()).contains("up"));
  }

  @Test
  void aSeriesWithoutAnAcceptableSampleIsNotBorn() {
    WriteOutcome outcome =
        head.write(TENANT, Batches.of(series("up"), NOW - Duration.ofDays(2).toMillis(), 1));

    assertThat(outcome.stored()).isZero();
    assertThat(outcome.refusals()).hasSize(1);
    assertThat(head.series()).isZero();
  }

  @Test
  void theLogHasASeriesBeforeItsSamplesAndNoDuplicates() {
    head.write(TENANT, Batches.of(series("up"), NOW - 1000, 1));
    head.write(TENANT, Batches.of(series("up"), NOW - 1000, 1));
    head.write(TENANT, Batches.of(series("up"), NOW, 1));

    assertThat(log.entries)
        .extracting(FakeLog.Entry::isSeries, FakeLog.Entry::timestamp)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(true, 0L),
            org.assertj.core.groups.Tuple.tuple(false, NOW - 1000),
            org.assertj.core.groups.Tuple.tuple(false, NOW));
  }

  @Test
  void theNewestSampleIsNotForgottenWhileLateOnesAreInMemory() throws InterruptedException {
    head.write(TENANT, Batches.of(series("up"), NOW - 1000, 1));
    head.beginFlush(Long.MAX_VALUE, 7_200_000).drop(Long.MIN_VALUE);
    head.write(TENANT, Batches.of(series("up"), NOW - 2000, 1));
    List<List<LabelMatcher>> up = List.of(List.of(LabelMatcher.equal("__name__", "up")));

    boolean isForgotten = head.forgetNewest(TENANT, up, 0, Long.MAX_VALUE);

    assertThat(isForgotten).isFalse();
    assertThat(head.write(TENANT, Batches.of(series("up"), NOW - 1000, 1)).duplicates())
        .isEqualTo(1);
    head.beginFlush(Long.MAX_VALUE, 7_200_000).drop(Long.MIN_VALUE);
    assertThat(head.forgetNewest(TENANT, up, 0, Long.MAX_VALUE)).isTrue();
    assertThat(head.write(TENANT, Batches.of(series("up"), NOW - 1000, 1)).stored()).isEqualTo(1);
  }

  @Test
  void whatTheLogRefusedIsLoggedWhenItIsSentAgain() {
    head.write(TENANT, Batches.of(series("up"), NOW - 1000, 1));
    log.breakDown(true);
    assertThatThrownBy(() -> head.write(TENANT, Batches.of(series("up"), NOW, 1)))
        .isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> head.write(TENANT, Batches.of(series("new"), NOW, 1)))
        .isInstanceOf(Unavailable.class);
    log.breakDown(false);

    head.write(TENANT, Batches.of(series("up"), NOW, 1));
    WriteOutcome outcome = head.write(TENANT, Batches.of(series("new"), NOW, 1));

    assertThat(outcome.stored() + outcome.duplicates()).isEqualTo(1);
    assertThat(log.entries.stream().filter(FakeLog.Entry::isSeries)).hasSize(2);
    assertThat(log.entries.stream().filter(e -> !e.isSeries() && e.timestamp() == NOW)).hasSize(2);
  }

  @Test
  void whatTheLogRefusedIsFoundOnceItWasSentAgain() {
    head.write(TENANT, Batches.of(series("up"), NOW - 1000, 1));
    log.breakDown(true);
    assertThatThrownBy(() -> head.write(TENANT, Batches.of(series("up"), NOW, 1)))
        .isInstanceOf(Unavailable.class);
    log.breakDown(false);

    head.write(TENANT, Batches.of(series("up"), NOW, 1));

    Selection newest = new Selection(List.of(LabelMatcher.equal("__name__", "up")), NOW, NOW);
    assertThat(head.series(TENANT, newest, 0)).containsExactly(series("up"));
    assertThat(head.newestMillis()).isEqualTo(NOW);
  }

  @Test
  void metadataThatTheLogRefusedIsLoggedWhenItIsSentAgain() {
    WriteBatch batch = new WriteBatch();
    batch.reset(new byte[0]);
    batch.addMetadata(new MetricMetadata("up", MetricType.GAUGE, "Alive.", ""));
    log.breakDown(true);
    assertThatThrownBy(() -> head.write(TENANT, batch)).isInstanceOf(Unavailable.class);
    log.breakDown(false);

    head.write(TENANT, batch);
    head.write(TENANT, batch);

    assertThat(log.families).containsExactly("up");
    assertThat(head.metadata(TENANT)).hasSize(1);
  }

  @Test
  void theTenantsTotalIsLimitedAndMayBeRetried() {
    head = head(SeriesLimits.DEFAULTS.withMaxSeries(3), log);

    WriteOutcome outcome = head.write(TENANT, Batches.of(many("m", "pod", 5), NOW, 1));

    assertThat(outcome.stored()).isEqualTo(3);
    Refusal refusal = outcome.refusals().getFirst();
    assertThat(refusal.id()).isEqualTo(ErrorId.SERIES_LIMIT);
    assertThat(refusal.samples()).isEqualTo(2);
    assertThat(refusal.retryable()).isTrue();
    assertThat(refusal.message()).contains("default", "3", "spec.limits.maxSeries");
    assertThat(head.write(TENANT, Batches.of(many("m", "pod", 3), NOW + 1, 1)).stored())
        .as("series that exist go on")
        .isEqualTo(3);
    assertThat(head.write(new TenantId("other"), Batches.of(many("m", "pod", 3), NOW, 1)).stored())
        .isEqualTo(3);
  }

  @Test
  void aMetricsSeriesAreLimited() {
    head = head(SeriesLimits.DEFAULTS.withMaxSeriesPerMetric(3), log);

    WriteOutcome outcome = head.write(TENANT, Batches.of(many("m", "pod", 5), NOW, 1));

    Refusal refusal = outcome.refusals().getFirst();
    assertThat(refusal.id()).isEqualTo(ErrorId.METRIC_SERIES_LIMIT);
    assertThat(refusal.retryable()).isFalse();
    assertThat(refusal.message()).contains("metric m", "3", "spec.limits.maxSeriesPerMetric");
    assertThat(head.write(TENANT, Batches.of(series("other"), NOW, 1)).stored()).isEqualTo(1);
  }

  @Test
  void valuesOfALabelInAMetricAreLimitedButNotThoseOfInfrastructure() {
    head = head(SeriesLimits.DEFAULTS.withMaxLabelValuesPerMetric(10), log);

    WriteOutcome outcome = head.write(TENANT, Batches.of(many("m", "user", 12), NOW, 1));

    assertThat(outcome.stored()).isEqualTo(10);
    assertThat(outcome.refusals().getFirst().id()).isEqualTo(ErrorId.LABEL_VALUES_LIMIT);
    assertThat(outcome.refusals().getFirst().message())
        .contains("label user of metric m", "10", "spec.limits.maxLabelValuesPerMetric");
    assertThat(head.write(TENANT, Batches.of(many("n", "pod", 12), NOW, 1)).stored()).isEqualTo(12);
    assertThat(
            head.write(TENANT, Batches.of(series("m", "user", "3", "path", "/"), NOW, 1)).stored())
        .as("a value that is there already")
        .isEqualTo(1);
  }

  @Test
  void labelSizesAreLimited() {
    head = head(SeriesLimits.DEFAULTS.withLabelSizes(3, 10, 20), log);

    WriteOutcome outcome =
        head.write(
            TENANT,
            Batches.of(
                List.of(
                    series("m", "a", "1", "b", "2", "c", "3"),
                    series("m", "a".repeat(11), "1"),
                    series("m", "a", "1".repeat(21)),
                    series("m", "a", "fine")),
                NOW,
                1));

    assertThat(outcome.stored()).isEqualTo(1);
    assertThat(outcome.refusals())
        .extracting(Refusal::id, Refusal::samples)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(ErrorId.LABEL_COUNT_LIMIT, 1),
            org.assertj.core.groups.Tuple.tuple(ErrorId.LABEL_SIZE_LIMIT, 2));
    assertThat(outcome.refusals())
        .extracting(Refusal::message)
        .anyMatch(m -> m.contains("spec.limits.maxLabelsPerSeries"))
        .anyMatch(m -> m.contains("spec.limits.maxLabelNameLength"));
  }

  @Test
  void limitsCanBeReplacedWhileRunning() {
    head = head(SeriesLimits.DEFAULTS.withMaxSeries(1), log);
    assertThat(head.write(TENANT, Batches.of(many("m", "pod", 2), NOW, 1)).stored()).isEqualTo(1);

    head.limits(SeriesLimits.DEFAULTS);

    assertThat(head.write(TENANT, Batches.of(many("m", "pod", 2), NOW + 1, 1)).stored())
        .isEqualTo(2);
  }

  @Test
  void theSameSeriesTwiceInOneRequestIsOneSeries() {
    WriteBatch batch = Batches.of(List.of(series("m", "a", "1"), series("m", "a", "1")), NOW, 1);

    WriteOutcome outcome = head.write(TENANT, batch);

    assertThat(outcome).isEqualTo(new WriteOutcome(1, 1, List.of()));
    assertThat(head.series()).isEqualTo(1);
  }

  @Test
  void regularExpressionsOnManyValuesFindWhatTheyShould() {
    head.write(TENANT, Batches.of(many("m", "pod", 3_000), NOW, 1));
    Selection selection =
        new Selection(
            List.of(
                LabelMatcher.equal("__name__", "m"),
                new LabelMatcher(LabelMatcher.Type.REGEX, "pod", "29+.*")),
            0,
            NOW);

    List<Labels> found = head.series(TENANT, selection, 0);

    assertThat(found)
        .allSatisfy(labels -> assertThat(labels.get("pod")).startsWith("29"))
        .hasSize(1 + 10 + 100);
  }

  private static List<Labels> many(String name, String label, int count) {
    List<Labels> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(series(name, label, "" + i));
    }
    return all;
  }
}
