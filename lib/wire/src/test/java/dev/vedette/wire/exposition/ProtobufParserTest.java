package dev.vedette.wire.exposition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.Utf8;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.wire.exposition.ExpositionParser.Entry;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProtobufParserTest {
  private static final int COUNTER = 0;
  private static final int GAUGE = 1;
  private static final int SUMMARY = 2;
  private static final int UNTYPED = 3;
  private static final int HISTOGRAM = 4;
  private static final int GAUGE_HISTOGRAM = 5;

  private final ExpositionParser parser = ExpositionFormat.PROTOBUF.parser();

  @Test
  void theContentTypeOfTheFormatIsKnown() {
    assertThat(
            ExpositionFormat.of(
                "application/vnd.google.protobuf;"
                    + " proto=io.prometheus.client.MetricFamily; encoding=delimited",
                Optional.empty()))
        .isEqualTo(ExpositionFormat.PROTOBUF);
  }

  @Test
  void countersGaugesAndUntypedBecomeOneSeriesEach() {
    ProtoMessage counter =
        new ProtoMessage()
            .fixed64(1, 42.0)
            .field(2, exemplar("abc", 0.5, 1_600))
            .field(3, time(1_000, 250_000_000));
    byte[] page =
        page(
            family("hits_total", COUNTER)
                .field(4, new ProtoMessage().field(1, label("code", "200")).field(3, counter))
                .field(4, new ProtoMessage().field(3, new ProtoMessage().fixed64(1, 1.0))),
            family("heat", GAUGE)
                .field(
                    4,
                    new ProtoMessage()
                        .field(2, new ProtoMessage().fixed64(1, -1.5))
                        .varint(6, 12_345)),
            family("odd", UNTYPED)
                .field(4, new ProtoMessage().field(5, new ProtoMessage().fixed64(1, 7.0))));

    assertThat(read(page))
        .containsExactly(
            "help hits_total Text.",
            "type hits_total counter",
            "{__name__=\"hits_total\",code=\"200\"} 42.0 - start 1000250"
                + " [{trace_id=\"abc\"} 0.5 1600000]",
            "{__name__=\"hits_total\"} 1.0 - start - []",
            "help heat Text.",
            "type heat gauge",
            "{__name__=\"heat\"} -1.5 12345 start - []",
            "help odd Text.",
            "type odd unknown",
            "{__name__=\"odd\"} 7.0 - start - []");
  }

  @Test
  void aSummaryBecomesItsQuantilesSumAndCount() {
    ProtoMessage summary =
        new ProtoMessage()
            .varint(1, 10)
            .fixed64(2, 2.5)
            .field(3, new ProtoMessage().fixed64(1, 0.5).fixed64(2, 0.2))
            .field(3, new ProtoMessage().fixed64(1, 1.0).fixed64(2, Double.NaN))
            .field(4, time(5, 0));
    byte[] page = page(family("t", SUMMARY).field(4, new ProtoMessage().field(4, summary)));

    assertThat(read(page))
        .containsExactly(
            "help t Text.",
            "type t summary",
            "{__name__=\"t\",quantile=\"0.5\"} 0.2 - start 5000 []",
            "{__name__=\"t\",quantile=\"1.0\"} NaN - start 5000 []",
            "{__name__=\"t_sum\"} 2.5 - start 5000 []",
            "{__name__=\"t_count\"} 10.0 - start 5000 []");
  }

  @Test
  void aClassicHistogramBecomesBucketsWithTheInfiniteOneAddedSumAndCount() {
    ProtoMessage histogram =
        new ProtoMessage()
            .varint(1, 10)
            .fixed64(2, 2.5)
            .field(3, bucket(4, 1).field(3, exemplar("abc", 0.5, 0)))
            .field(3, bucket(9, 2_500_000));
    byte[] page = page(family("h", HISTOGRAM).field(4, new ProtoMessage().field(7, histogram)));

    assertThat(read(page))
        .containsExactly(
            "help h Text.",
            "type h histogram",
            "{__name__=\"h_bucket\",le=\"1.0\"} 4.0 - start - [{trace_id=\"abc\"} 0.5 -]",
            "{__name__=\"h_bucket\",le=\"2.5e+06\"} 9.0 - start - []",
            "{__name__=\"h_bucket\",le=\"+Inf\"} 10.0 - start - []",
            "{__name__=\"h_sum\"} 2.5 - start - []",
            "{__name__=\"h_count\"} 10.0 - start - []");
  }

  @Test
  void aNativeHistogramBecomesOneSeriesWithItsTimedExemplars() {
    byte[] page = page(family("h", HISTOGRAM).field(4, new ProtoMessage().field(7, both())));
    Histogram expected =
        Histogram.ofIntegers(
            HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 2, 3, 1), BucketSpans.NONE),
            CounterReset.UNKNOWN,
            16,
            1,
            2.5,
            new long[] {5, 3, 7},
            new long[0]);

    assertThat(read(page))
        .containsExactly(
            "help h Text.",
            "type h histogram",
            "{__name__=\"h\"} " + expected + " - start 7000 [{trace_id=\"timed\"} 0.5 1600000]");
  }

  @Test
  void whatIsBothNativeAndClassicIsReadAsAsked() {
    byte[] page = page(family("h", HISTOGRAM).field(4, new ProtoMessage().field(7, both())));

    parser.histograms(true, true);
    assertThat(read(page)).hasSize(7).anyMatch(entry -> entry.contains("le=\"+Inf\""));
    parser.histograms(false, false);
    assertThat(read(page)).hasSize(6).noneMatch(entry -> entry.contains("schema"));
  }

  @Test
  void aNativeHistogramWithoutClassicBucketsHasNoClassicSeriesBeside() {
    ProtoMessage empty = new ProtoMessage().field(12, new ProtoMessage().zigzag(1, 0).varint(2, 0));
    byte[] page = page(family("h", HISTOGRAM).field(4, new ProtoMessage().field(7, empty)));

    parser.histograms(true, true);

    assertThat(read(page)).hasSize(3);
  }

  @Test
  void gaugeHistogramsOfFloatsKeepTheirKind() {
    ProtoMessage histogram =
        new ProtoMessage()
            .fixed64(4, 3.5)
            .fixed64(2, 1.0)
            .zigzag(5, -1)
            .fixed64(8, 0.5)
            .fixed64(6, 0.001)
            .field(12, new ProtoMessage().zigzag(1, 0).varint(2, 2))
            .field(
                14,
                new ProtoMessage()
                    .eight(Double.doubleToRawLongBits(1))
                    .eight(Double.doubleToRawLongBits(2)));
    byte[] page =
        page(family("g", GAUGE_HISTOGRAM).field(4, new ProtoMessage().field(7, histogram)));
    Histogram expected =
        Histogram.ofFloats(
            HistogramLayout.of(-1, 0.001, BucketSpans.of(0, 2), BucketSpans.NONE),
            CounterReset.GAUGE,
            3.5,
            0.5,
            1,
            new double[] {1, 2},
            new double[0]);

    assertThat(read(page)).last().isEqualTo("{__name__=\"g\"} " + expected + " - start - []");
  }

  @Test
  void seriesTextsTellSeriesApartAndAreRecognisedOnTheNextPage() {
    byte[] page =
        page(
            family("h", HISTOGRAM)
                .field(4, new ProtoMessage().field(1, label("a", "b")).field(7, both()))
                .field(4, new ProtoMessage().field(1, label("a", "c")).field(7, both())),
            family("h_sum", GAUGE)
                .field(4, new ProtoMessage().field(2, new ProtoMessage().fixed64(1, 1.0))));
    parser.histograms(true, true);
    List<byte[]> texts = texts(page, List.of());

    assertThat(texts.stream().map(Arrays::toString)).doesNotHaveDuplicates().hasSize(11);
    assertThat(texts(page, texts)).hasSameSizeAs(texts);
  }

  /** Series texts of a page, each of which was guessed where guesses are given. */
  private List<byte[]> texts(byte[] page, List<byte[]> guesses) {
    List<byte[]> texts = new ArrayList<>();
    parser.reset(page, page.length);
    while (true) {
      byte[] guess = texts.size() < guesses.size() ? guesses.get(texts.size()) : new byte[0];
      Entry entry = parser.next(guess, 0, guess.length);
      if (entry == Entry.END) {
        return texts;
      }
      if (entry == Entry.SERIES) {
        assertThat(parser.guessed()).isEqualTo(!guesses.isEmpty());
        texts.add(Arrays.copyOfRange(parser.seriesBytes(), parser.seriesFrom(), parser.seriesTo()));
      }
    }
  }

  @Test
  void aMessageThatIsCutIsAnErrorThatNamesWhatWasRead() {
    byte[] page = page(family("h", HISTOGRAM).field(4, new ProtoMessage().field(7, both())));
    byte[] cut = Arrays.copyOf(page, page.length - 1);

    assertThatThrownBy(() -> read(cut))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.INVALID_EXPOSITION))
        .hasMessageStartingWith("MetricFamily ");
    assertThat(parser.next()).isEqualTo(Entry.END);
  }

  @Test
  void aHistogramThatIsNoneIsAnErrorThatNamesItsFamily() {
    ProtoMessage histogram =
        new ProtoMessage()
            .varint(1, 99)
            .field(12, new ProtoMessage().zigzag(1, 0).varint(2, Integer.MAX_VALUE));
    byte[] page = page(family("h", HISTOGRAM).field(4, new ProtoMessage().field(7, histogram)));

    assertThatThrownBy(() -> read(page))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.INVALID_EXPOSITION))
        .hasMessageContaining("family \"h\"")
        .hasMessageContaining("spans of 2147483647 buckets and counts of 0");
  }

  @Test
  void labelsMayStandBetweenOtherFields() {
    ProtoMessage metric =
        new ProtoMessage()
            .field(1, label("a", "1"))
            .field(2, new ProtoMessage().fixed64(1, 3.0))
            .field(1, label("b", "2"));

    assertThat(read(page(family("g", GAUGE).field(4, metric))))
        .last()
        .isEqualTo("{__name__=\"g\",a=\"1\",b=\"2\"} 3.0 - start - []");
  }

  @Test
  void changedAndCutPagesAreRefusedOrReadNeverAnythingElse() {
    long seed = Long.getLong("seed", 1);
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    ProtoMessage counter =
        new ProtoMessage().fixed64(1, 42.0).field(2, exemplar("abc", 0.5, 1_600));
    byte[] valid =
        page(
            family("h", HISTOGRAM)
                .field(4, new ProtoMessage().field(1, label("a", "b")).field(7, both())),
            family("c_total", COUNTER).field(4, new ProtoMessage().field(3, counter)));
    int read = 0;
    for (int i = 0; i < 30_000; i++) {
      int length = random.nextInt(4) > 0 ? valid.length : random.nextInt(valid.length + 1);
      byte[] changed = Arrays.copyOf(valid, length);
      for (int n = random.nextInt(6); n > 0 && length > 0; n--) {
        changed[random.nextInt(length)] = (byte) random.nextInt();
      }
      parser.histograms(random.nextBoolean(), random.nextBoolean());
      try {
        assertThat(read(changed)).hasSizeLessThan(1_000);
        read++;
      } catch (InvalidRequest e) {
        assertThat(e.id()).isEqualTo(ErrorId.INVALID_EXPOSITION);
      }
    }
    assertThat(read).isPositive();
  }

  private List<String> read(byte[] page) {
    parser.reset(page, page.length);
    List<String> entries = new ArrayList<>();
    while (true) {
      switch (parser.next()) {
        case END -> {
          return entries;
        }
        case SERIES -> entries.add(series());
        case TYPE -> entries.add("type " + parser.family() + " " + parser.type().text());
        case HELP -> entries.add("help " + parser.family() + " " + parser.text());
        case UNIT -> entries.add("unit " + parser.family() + " " + parser.text());
        case COMMENT -> throw new AssertionError("no comments in protobuf");
      }
    }
  }

  private String series() {
    String value =
        parser.hasHistogram()
            ? parser.histogram().toString()
            : parser.valueBits() == SpecialValues.NAN_BITS
                ? "NaN"
                : Double.toString(Double.longBitsToDouble(parser.valueBits()));
    Labels labels = parser.labels();
    List<String> exemplars = new ArrayList<>();
    while (parser.nextExemplar()) {
      exemplars.add(
          "%s %s %s"
              .formatted(
                  text(parser.exemplarLabels()),
                  Double.longBitsToDouble(parser.exemplarValueBits()),
                  parser.exemplarHasTimestamp() ? parser.exemplarTimestampMillis() : "-"));
    }
    return "%s %s %s start %s %s"
        .formatted(
            text(labels),
            value,
            parser.hasTimestamp() ? parser.timestampMillis() : "-",
            parser.hasStart() ? parser.startMillis() : "-",
            exemplars);
  }

  private static String text(Labels labels) {
    List<String> parts = new ArrayList<>();
    labels.forEach(label -> parts.add(label.name() + "=\"" + label.value() + "\""));
    return "{" + String.join(",", parts) + "}";
  }

  @Test
  void aHistogramOfAFinerSchemaThanIsKeptIsReducedToTheFinestThatIs() {
    // Schema 10: four of its buckets are one of schema 8; -3 to 0 are bucket 0, 1 to 4 bucket 1.
    ProtoMessage fine =
        new ProtoMessage()
            .varint(1, 11)
            .fixed64(2, 11.5)
            .zigzag(5, 10)
            .varint(7, 1)
            .field(12, new ProtoMessage().zigzag(1, -1).varint(2, 4))
            .zigzag(13, 1)
            .zigzag(13, 1)
            .zigzag(13, 1)
            .zigzag(13, 1);

    assertThat(read(page(family("fine", HISTOGRAM).field(4, new ProtoMessage().field(7, fine)))))
        .filteredOn(entry -> entry.contains("schema"))
        .singleElement()
        .asString()
        .contains("schema 8 positive[0..1]", "buckets [3 7]");
  }

  @Test
  void aHistogramOfAnUnknownSchemaIsRefused() {
    ProtoMessage unknown =
        new ProtoMessage()
            .varint(1, 1)
            .zigzag(5, 53)
            .field(12, new ProtoMessage().zigzag(1, 0).varint(2, 1))
            .zigzag(13, 1);

    assertThatThrownBy(
            () ->
                read(page(family("odd", HISTOGRAM).field(4, new ProtoMessage().field(7, unknown)))))
        .hasMessageContaining("unknown schema 53");
  }

  /** A histogram as client libraries send one that is both classic and native. */
  private static ProtoMessage both() {
    return new ProtoMessage()
        .varint(1, 16)
        .fixed64(2, 2.5)
        .field(3, bucket(4, 1).field(3, exemplar("untimed", 0.5, 0)))
        .field(3, bucket(16, Double.POSITIVE_INFINITY).field(3, exemplar("timed", 0.5, 1_600)))
        .zigzag(5, 3)
        .fixed64(6, 0x1p-128)
        .varint(7, 1)
        .field(12, new ProtoMessage().zigzag(1, -2).varint(2, 2))
        .field(12, new ProtoMessage().zigzag(1, 3).varint(2, 1))
        .zigzag(13, 5)
        .zigzag(13, -2)
        .zigzag(13, 4)
        .field(15, time(7, 0));
  }

  private static ProtoMessage bucket(long cumulative, double bound) {
    return new ProtoMessage().varint(1, cumulative).fixed64(2, bound);
  }

  private static ProtoMessage exemplar(String trace, double value, long seconds) {
    ProtoMessage exemplar = new ProtoMessage().field(1, label("trace_id", trace)).fixed64(2, value);
    return seconds == 0 ? exemplar : exemplar.field(3, time(seconds, 0));
  }

  private static ProtoMessage time(long seconds, long nanos) {
    return new ProtoMessage().varint(1, seconds).varint(2, nanos);
  }

  private static ProtoMessage label(String name, String value) {
    return new ProtoMessage().field(1, Utf8.encode(name)).field(2, Utf8.encode(value));
  }

  private static ProtoMessage family(String name, int type) {
    return new ProtoMessage()
        .field(1, Utf8.encode(name))
        .field(2, Utf8.encode("Text."))
        .varint(3, type);
  }

  private static byte[] page(ProtoMessage... families) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (ProtoMessage family : families) {
      out.writeBytes(new ProtoMessage().number(family.bytes().length).bytes());
      out.writeBytes(family.bytes());
    }
    return out.toByteArray();
  }
}
