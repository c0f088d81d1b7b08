package dev.vedette.querier.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.promql.QueryMemory;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.RandomHistograms;
import dev.vedette.wire.exposition.ExpositionFormat;
import dev.vedette.wire.exposition.ExpositionParser;
import dev.vedette.wire.exposition.ExpositionParser.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What another Prometheus would scrape. */
class FederationTest {
  private static final long NOW = 1_000_000;
  private static final double STALE = Double.longBitsToDouble(SpecialValues.STALE_BITS);

  private final InMemorySeries series = new InMemorySeries();
  private QueryMemory memory = QueryMemory.unbounded();

  @Test
  void showsTheNewestSampleOfSeriesThatHaveNotEnded() throws IOException {
    append(Labels.of("__name__", "up", "job", "b", "instance", "i"), NOW - 20, 0);
    append(Labels.of("__name__", "up", "job", "b", "instance", "i"), NOW - 10, 1);
    append(Labels.of("__name__", "up", "job", "ended"), NOW - 20, 1);
    append(Labels.of("__name__", "up", "job", "ended"), NOW - 10, STALE);
    append(Labels.of("__name__", "up", "job", "old"), NOW - 300_000, 1);
    append(Labels.of("__name__", "up", "A", "capital"), NOW, 1);
    append(Labels.of("__name__", "load", "host.name", "a\"b\\\n"), NOW, 2.5);

    assertThat(
            page(10, LabelMatcher.equal("__name__", "up"), LabelMatcher.equal("__name__", "load")))
        .isEqualTo(
            """
            # TYPE load untyped
            load{host_name="a\\"b\\\\\\n",instance=""} 2.5 1000000
            # TYPE up untyped
            up{A="capital",instance=""} 1 1000000
            up{instance="i",job="b"} 1 999990
            """);
  }

  @Test
  void leavesOutHistogramsWhichTheTextCannotSay() throws IOException {
    HistogramLayout layout = HistogramLayout.of(1, 0, BucketSpans.of(0, 1), BucketSpans.NONE);
    Histogram histogram =
        Histogram.ofIntegers(layout, CounterReset.UNKNOWN, 1, 0, 1, new long[] {1}, new long[0]);
    series.append(TenantId.DEFAULT, Labels.of("__name__", "h"), NOW, histogram, 0);
    append(Labels.of("__name__", "up"), NOW, 1);

    assertThat(page(10, LabelMatcher.equal("job", "")))
        .isEqualTo("# TYPE up untyped\nup{instance=\"\"} 1 1000000\n");
  }

  @Test
  void messagesHaveValuesAndNativeHistogramsOfAnyShape() throws IOException {
    RandomHistograms random = new RandomHistograms(new Random(Long.getLong("seed", 1)));
    Map<Labels, Histogram> expected = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      Histogram histogram = random.next();
      String name = i % 3 == 0 ? "h" : "latency_" + i % 7;
      Labels labels = Labels.of("__name__", name, "i", Integer.toString(i));
      series.append(TenantId.DEFAULT, labels, NOW, histogram, 0);
      if (!histogram.isStale() && !histogram.layout().isCustom()) {
        expected.put(labels, histogram);
      }
    }
    append(Labels.of("__name__", "h", "host.name", "é"), NOW - 5, 2.5);

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FederationMessages.write(latest(1000, LabelMatcher.equal("job", "")), out);

    ExpositionParser parser = ExpositionFormat.PROTOBUF.parser();
    parser.histograms(true, false);
    parser.reset(out.toByteArray(), out.size());
    int values = 0;
    for (Entry entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.SERIES && parser.hasHistogram()) {
        assertThat(parser.timestampMillis()).isEqualTo(NOW);
        Histogram histogram = expected.remove(parser.labels());
        assertThat(parser.histogram().hasContentOf(histogram)).isTrue();
        assertThat(parser.histogram().reset() == CounterReset.GAUGE)
            .isEqualTo(histogram.reset() == CounterReset.GAUGE);
      } else if (entry == Entry.SERIES) {
        values++;
        assertThat((Object) parser.labels())
            .isEqualTo(Labels.of("__name__", "h", "host_name", "é"));
        assertThat(Double.longBitsToDouble(parser.valueBits())).isEqualTo(2.5);
        assertThat(parser.timestampMillis()).isEqualTo(NOW - 5);
      }
    }
    assertThat(expected).isEmpty();
    assertThat(values).isEqualTo(1);
  }

  /** Such as one that was declared a moment ago; the zero threshold may be none, too. */
  @Test
  void aNativeHistogramWithoutObservationsStaysOne() throws IOException {
    HistogramLayout layout = HistogramLayout.of(3, 0, BucketSpans.NONE, BucketSpans.NONE);
    Histogram whole =
        Histogram.ofIntegers(layout, CounterReset.UNKNOWN, 0, 0, 0, new long[0], new long[0]);
    Histogram parts =
        Histogram.ofFloats(layout, CounterReset.GAUGE, 0, 0, 0, new double[0], new double[0]);
    series.append(TenantId.DEFAULT, Labels.of("__name__", "parts"), NOW, parts, 0);
    series.append(TenantId.DEFAULT, Labels.of("__name__", "whole"), NOW, whole, 0);

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FederationMessages.write(latest(10, LabelMatcher.equal("job", "")), out);

    ExpositionParser parser = ExpositionFormat.PROTOBUF.parser();
    parser.histograms(true, false);
    parser.reset(out.toByteArray(), out.size());
    List<String> found = new ArrayList<>();
    for (Entry entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.SERIES) {
        assertThat(parser.hasHistogram()).isTrue();
        found.add(parser.labels().metricName());
        assertThat(parser.histogram().layout().schema()).isEqualTo(3);
        assertThat(parser.histogram().column(HistogramLayout.COUNT)).isZero();
      }
    }
    assertThat(found).containsExactly("parts", "whole");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3|true",
        "text/plain;q=0.5, application/vnd.google.protobuf;q=0.2|false",
        "application/vnd.google.protobuf|true",
        "application/vnd.google.protobuf;q=0|false",
        "application/vnd.google.protobuf;q=x|false",
        "*/*|false",
      })
  void messagesAreForThoseWhoPreferThem(String accept, boolean preferred) {
    assertThat(FederationMessages.arePreferred(accept)).isEqualTo(preferred);
  }

  @Test
  void refusesAPageThatIsTooLong() {
    append(Labels.of("__name__", "up", "n", "1"), NOW, 1);
    append(Labels.of("__name__", "up", "n", "2"), NOW, 1);

    assertThatThrownBy(() -> page(1, LabelMatcher.equal("__name__", "up")))
        .isInstanceOfSatisfying(
            LimitExceeded.class, e -> assertThat(e.id()).isEqualTo(ErrorId.QUERY_LIMIT));
  }

  @Test
  void aPageThatWouldHoldTooMuchIsRefused() {
    for (int i = 0; i < 1000; i++) {
      append(Labels.of("__name__", "up", "n", Integer.toString(i)), NOW, 1);
    }
    memory = new QueryMemory(500_000, "the.setting");

    assertThatThrownBy(() -> page(2000, LabelMatcher.equal("__name__", "up")))
        .isInstanceOf(LimitExceeded.class)
        .hasMessageContaining("in memory");
    assertThat(memory.usedBytes()).isZero();
  }

  private void append(Labels labels, long timestamp, double value) {
    series.append(TenantId.DEFAULT, labels, timestamp, value);
  }

  private String page(int maxSeries, LabelMatcher... each) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FederationText.write(latest(maxSeries, each), out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private TreeMap<Labels, Federation.Latest> latest(int maxSeries, LabelMatcher... each) {
    List<List<LabelMatcher>> selectors =
        java.util.Arrays.stream(each).map(matcher -> List.of(matcher)).toList();
    Federation federation = new Federation(series, 300_000, maxSeries);
    try (QueryMemory.Reservation held = memory.open()) {
      return federation.latest(TenantId.DEFAULT, selectors, NOW, held, ReadCheck.NONE);
    }
  }
}
