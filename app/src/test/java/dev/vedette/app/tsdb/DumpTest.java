package dev.vedette.app.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Exemplar;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.RealProgram;
import dev.vedette.testkit.RemoteWriteRequest;
import dev.vedette.wire.exposition.ExpositionFormat;
import dev.vedette.wire.exposition.ExpositionParser;
import dev.vedette.wire.exposition.ExpositionParser.Entry;
import dev.vedette.wire.remotewrite.RemoteWrite2Decoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DumpTest {
  private static final long AT = 1_700_000_000_000L;
  private static final long BEGAN = 1_600_000_000_500L;
  private static final Exemplar EXEMPLAR = new Exemplar(Labels.of("trace_id", "a\"b"), AT + 5, 0.5);

  private static final Histogram NATIVE =
      Histogram.ofIntegers(
          HistogramLayout.of(0, 0x1p-10, BucketSpans.of(0, 2), BucketSpans.of(1, 1)),
          CounterReset.NO,
          10,
          1,
          7.5,
          new long[] {2, 3},
          new long[] {4});

  private final InMemorySeries series = new InMemorySeries();

  private static Labels name(String metric, String... more) {
    List<String> labels = new ArrayList<>(List.of("__name__", metric));
    labels.addAll(List.of(more));
    return Labels.of(labels.toArray(String[]::new));
  }

  private void store(RemoteWriteRequest request) {
    WriteBatch batch = new WriteBatch();
    byte[] body = request.v2();
    new RemoteWrite2Decoder(1000).decode(body, body.length, batch);
    assertThat(series.write(TenantId.DEFAULT, batch).refusals()).isEmpty();
  }

  private void storeOneOfEach() {
    store(
        RemoteWriteRequest.of(name("hits_total", "code", "200"), AT, 1)
            .metadata(new MetricMetadata("hits_total", MetricType.COUNTER, "All \"hits\".\n", "")));
    store(
        new RemoteWriteRequest()
            .series(name("hits_total", "code", "500"))
            .sample(AT, BEGAN, Double.doubleToRawLongBits(2))
            .sample(AT + 15_000, BEGAN, Double.doubleToRawLongBits(3.25))
            .exemplar(EXEMPLAR.labels(), EXEMPLAR.timestampMillis(), EXEMPLAR.value()));
    store(
        RemoteWriteRequest.of(name("temp_celsius"), AT, -0.5)
            .sample(AT + 1, 0, SpecialValues.STALE_BITS)
            .sample(AT + 2, Double.NEGATIVE_INFINITY)
            .metadata(new MetricMetadata("temp_celsius", MetricType.GAUGE, "", "celsius")));
    for (String le : List.of("0.1", "+Inf")) {
      store(
          RemoteWriteRequest.of(name("took_bucket", "le", le), AT, 3)
              .metadata(new MetricMetadata("took", MetricType.HISTOGRAM, "Time.", "")));
    }
    store(RemoteWriteRequest.of(name("took_count"), AT, 3));
    store(RemoteWriteRequest.of(name("took_sum"), AT, 1.5));
    store(RemoteWriteRequest.of(name("with.dots", "a b", "c\\d"), AT, Double.NaN));
    store(
        new RemoteWriteRequest()
            .series(name("size", "job", "a"))
            .histogram(AT, BEGAN, NATIVE)
            .metadata(new MetricMetadata("size", MetricType.HISTOGRAM, "", "")));
  }

  private record Dumped(String text, String summary) {}

  private Dumped dump(boolean expand) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Dump dump = new Dump(series, TenantId.DEFAULT, DataFiles.EVERYTHING, expand);
    dump.write(out);
    return new Dumped(out.toString(StandardCharsets.UTF_8), dump.summary());
  }

  @Test
  void familiesHaveTheirTypesExemplarsAndStarts() throws IOException {
    storeOneOfEach();

    Dumped dumped = dump(false);

    assertThat(dumped.text)
        .isEqualTo(
            """
            # TYPE hits counter
            # HELP hits All \\"hits\\".\\n
            hits_total{code="200"} 1.0 1700000000.000
            hits_total{code="500"} 2.0 1700000000.000
            hits_created{code="500"} 1600000000.500 1700000000.000
            hits_total{code="500"} 3.25 1700000015.000 # {trace_id="a\\"b"} 0.5 1700000000.005
            # TYPE temp_celsius gauge
            # UNIT temp_celsius celsius
            temp_celsius -0.5 1700000000.000
            temp_celsius -Inf 1700000000.002
            # TYPE took histogram
            # HELP took Time.
            took_bucket{le="0.1"} 3.0 1700000000.000
            took_bucket{le="+Inf"} 3.0 1700000000.000
            took_count 3.0 1700000000.000
            took_sum 1.5 1700000000.000
            # TYPE "with.dots" unknown
            {"with.dots","a b"="c\\\\d"} NaN 1700000000.000
            # EOF
            """);
    assertThat(dumped.summary)
        .contains("1 exemplars;")
        .contains("left out: 1 staleness markers, 1 native histograms (--expand-histograms");
  }

  @Test
  void whatIsReadAgainIsWhatWasWritten() throws IOException {
    storeOneOfEach();

    Map<Labels, Map<Long, Double>> found = new TreeMap<>();
    Map<Labels, Long> starts = new TreeMap<>();
    List<Exemplar> exemplars = new ArrayList<>();
    read(dump(false).text, found, starts, exemplars);

    assertThat(found).hasSize(8);
    assertThat(found.get(name("hits_total", "code", "500")))
        .isEqualTo(Map.of(AT, 2.0, AT + 15_000, 3.25));
    assertThat(found.get(name("temp_celsius")))
        .isEqualTo(Map.of(AT, -0.5, AT + 2, Double.NEGATIVE_INFINITY));
    assertThat(found.get(name("with.dots", "a b", "c\\d"))).isEqualTo(Map.of(AT, Double.NaN));
    assertThat(found.get(name("took_bucket", "le", "0.1"))).isEqualTo(Map.of(AT, 3.0));
    assertThat(starts).isEqualTo(Map.of(name("hits_total", "code", "500"), BEGAN));
    assertThat(exemplars).containsExactly(EXEMPLAR);
  }

  private static void read(
      String text,
      Map<Labels, Map<Long, Double>> found,
      Map<Labels, Long> starts,
      List<Exemplar> exemplars) {
    ExpositionParser parser = ExpositionFormat.OPENMETRICS.parser();
    parser.foldCreated(true);
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    parser.reset(body, body.length);
    for (Entry entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.SERIES) {
        found
            .computeIfAbsent(parser.labels(), _ -> new TreeMap<>())
            .put(parser.timestampMillis(), Double.longBitsToDouble(parser.valueBits()));
        if (parser.hasStart()) {
          starts.put(parser.labels(), parser.startMillis());
        }
        while (parser.nextExemplar()) {
          exemplars.add(
              new Exemplar(
                  parser.exemplarLabels(),
                  parser.exemplarTimestampMillis(),
                  Double.longBitsToDouble(parser.exemplarValueBits())));
        }
      }
    }
  }

  @Test
  void nativeHistogramsBecomeClassicOnesOnDemand() throws IOException {
    storeOneOfEach();

    Dumped dumped = dump(true);

    assertThat(dumped.text)
        .contains(
            """
            # TYPE size histogram
            size_bucket{job="a",le="-1.0"} 4.0 1700000000.000
            size_bucket{job="a",le="9.765625E-4"} 5.0 1700000000.000
            size_bucket{job="a",le="1.0"} 7.0 1700000000.000
            size_bucket{job="a",le="2.0"} 10.0 1700000000.000
            size_bucket{job="a",le="+Inf"} 10.0 1700000000.000
            size_count{job="a"} 10.0 1700000000.000
            size_sum{job="a"} 7.5 1700000000.000
            size_created{job="a"} 1600000000.500 1700000000.000
            """);
    assertThat(dumped.summary).contains("1 native histograms as classic ones");
  }

  @Test
  void whatIsThereInBothFormsIsWrittenOnceAndKeepsItsType() throws IOException {
    storeOneOfEach();
    store(new RemoteWriteRequest().series(name("took")).histogram(AT, NATIVE));
    store(new RemoteWriteRequest().series(name("bare")).histogram(AT, NATIVE));
    store(RemoteWriteRequest.of(name("bare_count"), AT, 7));

    for (boolean expand : List.of(false, true)) {
      Dumped dumped = dump(expand);

      assertThat(dumped.text)
          .contains(
              """
              # TYPE took histogram
              # HELP took Time.
              took_bucket{le="0.1"} 3.0 1700000000.000
              took_bucket{le="+Inf"} 3.0 1700000000.000
              took_count 3.0 1700000000.000
              took_sum 1.5 1700000000.000
              # TYPE""");
      assertThat(dumped.text.lines().filter(line -> line.startsWith("bare")))
          .containsExactly("bare_count 7.0 1700000000.000");
      assertThat(dumped.summary)
          .contains(
              expand
                  ? "0 native histograms, 2 native histograms that are there as classic ones, too"
                  : "3 native histograms (");
    }
  }

  @Test
  void ofOneNameSomeSeriesMayBeClassicAndOthersNative() throws IOException {
    Labels both = Labels.of("__name__", "took", "job", "both");
    Labels own = Labels.of("__name__", "took", "job", "native");
    store(new RemoteWriteRequest().series(both).histogram(AT, NATIVE));
    store(new RemoteWriteRequest().series(own).histogram(AT, NATIVE));
    Labels bucket = Labels.of("__name__", "took_bucket", "job", "both", "le", "+Inf");
    store(RemoteWriteRequest.of(bucket, AT, 3));
    store(RemoteWriteRequest.of(Labels.of("__name__", "took_count", "job", "both"), AT, 3));

    Dumped dumped = dump(true);

    assertThat(dumped.text.lines().filter(line -> line.contains("both")))
        .containsExactly(
            "took_bucket{job=\"both\",le=\"+Inf\"} 3.0 1700000000.000",
            "took_count{job=\"both\"} 3.0 1700000000.000");
    assertThat(dumped.text).contains("took_count{job=\"native\"} 10.0 1700000000.000");
    assertThat(dumped.summary)
        .contains("1 native histograms as classic ones")
        .contains("1 native histograms that are there as classic ones, too");
  }

  @Test
  void gaugesOfHistogramsHaveNamesOfTheirOwn() throws IOException {
    store(
        new RemoteWriteRequest()
            .series(name("queue"))
            .histogram(AT, NATIVE)
            .metadata(new MetricMetadata("queue", MetricType.GAUGEHISTOGRAM, "", "")));

    assertThat(dump(true).text)
        .startsWith("# TYPE queue gaugehistogram\nqueue_bucket{")
        .endsWith(
            """
            queue_gcount 10.0 1700000000.000
            queue_gsum 7.5 1700000000.000
            # EOF
            """);
  }

  @Test
  void aUnitOfOtherCharactersIsLeftOut() throws IOException {
    store(
        RemoteWriteRequest.of(name("a_b\nc"), AT, 1)
            .metadata(new MetricMetadata("a_b\nc", MetricType.GAUGE, "", "b\nc")));

    assertThat(dump(false).text)
        .isEqualTo(
            """
            # TYPE "a_b\\nc" gauge
            {"a_b\\nc"} 1.0 1700000000.000
            # EOF
            """);
  }

  @Test
  void prometheusToolTakesIt(@TempDir Path folder) throws Exception {
    Optional<Path> promtool = RealProgram.find("promtool");
    assumeTrue(promtool.isPresent(), "no promtool on the path");
    storeOneOfEach();
    Path text = Files.writeString(folder.resolve("dump.om"), dump(true).text);

    Process process =
        new ProcessBuilder(
                promtool.orElseThrow().toString(),
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                text.toString(),
                folder.resolve("blocks").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains("NUM SAMPLES");
  }
}
