package dev.vedette.querier.datadog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.querier.datadog.StoredNames.Samples;
import dev.vedette.testkit.InMemorySeries;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the samples of a metric are, told by a look at its newest ones. */
class NewestSamplesTest {
  private static final long HOUR = 3_600_000;
  private static final long END = 90 * 24 * HOUR;

  private static final double STALE = Double.longBitsToDouble(SpecialValues.STALE_BITS);

  private final InMemorySeries series = new InMemorySeries();
  private final List<Long> read = new ArrayList<>();
  private final AtomicInteger selects = new AtomicInteger();

  @Test
  void aMetricThatEndedIsToldByWhatItWasBeforeAndNotByItsMarkers() {
    append("ended", histogram(CounterReset.UNKNOWN), END - HOUR);
    number("ended", STALE, END - HOUR / 2);
    append("gauge", histogram(CounterReset.GAUGE), END - HOUR);
    append("gauge", Histogram.STALE, END - HOUR / 2);
    number("number", 1, END - HOUR);
    append("number", Histogram.STALE, END - HOUR / 2);

    assertThat(samples("ended")).isEqualTo(Samples.COUNTING_HISTOGRAMS);
    assertThat(samples("gauge")).isEqualTo(Samples.GAUGE_HISTOGRAMS);
    assertThat(samples("number")).isEqualTo(Samples.NUMBERS);
  }

  @Test
  void aMetricOfWhichManySeriesEndedIsToldByTheOthers() {
    for (int i = 100; i < 300; i++) {
      number("m", i, STALE, END);
    }
    series.append(TenantId.DEFAULT, labels("m", 999), END, histogram(CounterReset.GAUGE), 0);

    assertThat(samples("m")).isEqualTo(Samples.GAUGE_HISTOGRAMS);
  }

  @Test
  void aMetricThatBecameAnotherIsWhatItIsNow() {
    append("m", histogram(CounterReset.UNKNOWN), END - HOUR);
    append("m", histogram(CounterReset.GAUGE), END - 1000);
    append("h", histogram(CounterReset.GAUGE), END - 2000);
    number("h", 1, END - 1000);

    assertThat(samples("m")).isEqualTo(Samples.GAUGE_HISTOGRAMS);
    assertThat(samples("h")).isEqualTo(Samples.NUMBERS);
  }

  @Test
  void noMoreIsReadThanThePieceThatHasTheNewestSample() {
    for (long time = 0; time <= END - 48 * HOUR; time += HOUR / 4) {
      number("stopped", 1, time);
    }

    assertThat(samples("stopped")).isEqualTo(Samples.NUMBERS);
    assertThat(read.stream().mapToLong(samples -> samples).sum()).isBetween(1L, 3 * 48 * 4L);
    assertThat(read).hasSizeLessThan(20);
  }

  @Test
  void aLongBlockIsReadFewTimesForAMetricThatStoppedInIt() {
    number("stopped", 1, END - 90 * 24 * HOUR + HOUR);

    assertThat(samplesOfBlocks("stopped", 90 * 24 * HOUR)).isEqualTo(Samples.NUMBERS);
    assertThat(selects).hasValueLessThan(30);
  }

  @Test
  void whatHasNothingButMarkersIsReadInFewPieces() {
    for (long time = 0; time <= END; time += HOUR) {
      number("ended", STALE, time);
    }

    assertThat(samplesOfBlocks("ended", HOUR)).isEqualTo(Samples.NUMBERS);
    assertThat(selects).hasValueLessThan(30);
  }

  /** From a source that finds series to the precision of blocks, and counts what is opened. */
  private Samples samplesOfBlocks(String metric, long blockMillis) {
    InvocationHandler handler =
        (_, method, arguments) -> {
          if (method.getName().equals("select")) {
            selects.incrementAndGet();
          }
          if (method.getName().equals("series")) {
            Selection asked = (Selection) arguments[1];
            long start = Math.floorDiv(asked.startMillis(), blockMillis) * blockMillis;
            long end = Math.floorDiv(asked.endMillis(), blockMillis) * blockMillis;
            arguments[1] = asked.between(start, end + blockMillis - 1);
          }
          return method.invoke(series, arguments);
        };
    return new StoredNames(source(handler), TenantId.DEFAULT, 0, END, 15_000, (_, _) -> {})
        .samples(metric);
  }

  @Test
  void aRangeOfManyYearsIsNotReadPieceByPiece() {
    number("old", 1, 0);
    long end = 253_402_300_799_999L;

    Samples found =
        new StoredNames(
                series, TenantId.DEFAULT, -end, end, 1000, (_, samples) -> read.add(samples))
            .samples("old");

    assertThat(found).isEqualTo(Samples.NUMBERS);
    assertThat(read).contains(1L).hasSizeLessThan(200);
  }

  @Test
  void whereThereIsNothingNothingIsReadAndTheAnswerIsNumbers() {
    number("other", 1, END);

    assertThat(samples("nothing")).isEqualTo(Samples.NUMBERS);
    assertThat(read).isEmpty();
  }

  @Test
  void aClassicHistogramIsToldByItsBucketsWhereThereAreNoSamplesOfItsName() {
    bucket("classic_bucket", "0.5");
    bucket("both_bucket", "0.5");
    number("both", 1, END);
    bucket("other_bucket", "");
    number("gone", STALE, END);
    bucket("gone_bucket", "+Inf");

    assertThat(samples("classic")).isEqualTo(Samples.CLASSIC_HISTOGRAMS);
    assertThat(samples("both")).isEqualTo(Samples.NUMBERS);
    assertThat(samples("other")).isEqualTo(Samples.NUMBERS);
    assertThat(samples("gone")).isEqualTo(Samples.CLASSIC_HISTOGRAMS);
  }

  @Test
  void aNameWithDotsIsFoundByItsBucketsWhereNothingElseHasIt() {
    bucket("a.b_bucket", "1.0");
    bucket("c.d_bucket", "1.0");
    number("c_d", 1, END);
    bucket("e_f_bucket", "1.0");
    StoredNames names = new StoredNames(series, TenantId.DEFAULT, 0, END, 15_000, (_, _) -> {});

    assertThat(names.metric("a.b")).isEqualTo("a.b");
    assertThat(names.metric("c.d")).isEqualTo("c_d");
    assertThat(names.metric("e.f")).isEqualTo("e_f");
  }

  private void bucket(String metric, String bound) {
    series.append(TenantId.DEFAULT, Labels.of("__name__", metric, "le", bound), END, 1);
  }

  @Test
  void whoeverIsToldMayEndIt() {
    number("m", STALE, END - 48 * HOUR);
    StoredNames names =
        new StoredNames(
            series,
            TenantId.DEFAULT,
            0,
            END,
            15_000,
            (_, _) -> {
              throw new IllegalStateException("enough");
            });

    assertThatThrownBy(() -> names.samples("m")).hasMessage("enough");
  }

  @Test
  void whoeverIsToldMayEndItBetweenTwoPagesThatHaveNothing() {
    number("m", STALE, END - HOUR);
    AtomicInteger pages = new AtomicInteger();
    InvocationHandler handler =
        (_, method, arguments) -> {
          if (method.getName().equals("select")) {
            for (int page = 0; page < 100; page++) {
              ((ReadCheck) arguments[2]).check();
              pages.incrementAndGet();
            }
          }
          return method.invoke(series, arguments);
        };
    StoredNames.Reads reads =
        (_, _) -> {
          if (pages.get() > 0) {
            throw new IllegalStateException("enough");
          }
        };
    StoredNames names = new StoredNames(source(handler), TenantId.DEFAULT, 0, END, 15_000, reads);

    assertThatThrownBy(() -> names.samples("m")).hasMessage("enough");
    assertThat(pages).hasValue(1);
  }

  private static SeriesSource source(InvocationHandler handler) {
    return (SeriesSource)
        Proxy.newProxyInstance(
            SeriesSource.class.getClassLoader(), new Class<?>[] {SeriesSource.class}, handler);
  }

  private Samples samples(String metric) {
    return new StoredNames(
            series, TenantId.DEFAULT, 0, END, 15_000, (_, samples) -> read.add(samples))
        .samples(metric);
  }

  private static Labels labels(String metric, int number) {
    return Labels.of("__name__", metric, "n", Integer.toString(number));
  }

  private void number(String metric, double value, long millis) {
    number(metric, 0, value, millis);
  }

  private void number(String metric, int number, double value, long millis) {
    series.append(TenantId.DEFAULT, labels(metric, number), millis, value);
  }

  private void append(String metric, Histogram histogram, long millis) {
    series.append(TenantId.DEFAULT, labels(metric, 0), millis, histogram, 0);
  }

  private static Histogram histogram(CounterReset reset) {
    HistogramLayout layout = HistogramLayout.of(0, 0, BucketSpans.of(1, 1), BucketSpans.NONE);
    return Histogram.ofIntegers(layout, reset, 3, 0, 4, new long[] {3}, new long[0]);
  }
}
