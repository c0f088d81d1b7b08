package dev.vedette.wire.exposition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.wire.exposition.ExpositionParser.Entry;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExpositionParserTest {
  private static final byte[] NOTHING = {};

  @Test
  void anExpectedSeriesIsRecognisedWithoutReadingItsLabels() {
    byte[] known = bytes("up{job=\"api\"}");
    ExpositionParser parser = text("up{job=\"api\"} 1 1000\n");

    assertThat(parser.next(known, 0, known.length)).isEqualTo(Entry.SERIES);

    assertThat(parser.guessed()).isTrue();
    assertThat(parser.seriesFrom()).isZero();
    assertThat(parser.seriesTo()).isEqualTo(known.length);
    assertThat(parser.valueBits()).isEqualTo(Double.doubleToRawLongBits(1));
    assertThat(parser.timestampMillis()).isEqualTo(1000);
    assertThat((Object) parser.labels()).isEqualTo(Labels.of("__name__", "up", "job", "api"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "up | upper 1 | upper",
        "up | up{a=\"b\"} 1 | up{a=\"b\"}",
        "up | up {a=\"b\"} 1 | up{a=\"b\"}",
        "up{a=\"b\"} | up{a=\"bb\"} 1 | up{a=\"bb\"}",
        "up{a=\"b\"} | up 1 | up",
        "up | up | -"
      })
  void aSeriesThatOnlyBeginsAsExpectedIsReadInFull(String guess, String line, String series) {
    byte[] known = bytes(guess);
    ExpositionParser parser = text(line);

    if (series.equals("-")) {
      assertThatThrownBy(() -> parser.next(known, 0, known.length))
          .hasMessageContaining("expected a number");
      return;
    }
    assertThat(parser.next(known, 0, known.length)).isEqualTo(Entry.SERIES);
    assertThat(parser.guessed()).isFalse();
    assertThat((Object) parser.labels()).hasToString(series);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PROTOBUF")
  void readsTheSameWithAndWithoutGuesses(ExpositionFormat format) {
    byte[] body = body(format, 50);
    ExpositionParser plain = format.parser();
    ExpositionParser guessing = format.parser();
    plain.reset(body, body.length);
    guessing.reset(body, body.length);

    while (plain.next() != Entry.END) {
      assertThat(guessing.next(body, plain.seriesFrom(), plain.seriesTo()))
          .isIn((Object[]) Entry.values());
      assertThat(guessing.valueBits()).isEqualTo(plain.valueBits());
      assertThat(guessing.seriesTo()).isEqualTo(plain.seriesTo());
      assertThat(guessing.nextExemplar()).isEqualTo(plain.nextExemplar());
    }
    assertThat(guessing.next(NOTHING, 0, 0)).isEqualTo(Entry.END);
  }

  @Test
  void exemplarLabelsSurviveThatSeriesLabelsAreAskedForLater() {
    byte[] known = bytes("a_total{x=\"1\"}");
    ExpositionParser parser = openMetrics("a_total{x=\"1\"} 2 # {trace_id=\"t\"} 1 5\n# EOF\n");

    parser.next(known, 0, known.length);

    assertThat((Object) parser.labels()).hasToString("a_total{x=\"1\"}");
    assertThat((Object) parser.exemplarLabels()).isEqualTo(Labels.of("trace_id", "t"));
    assertThat(parser.exemplarTimestampMillis()).isEqualTo(5000);
    assertThat(parser.next()).isEqualTo(Entry.END);
  }

  @Test
  void targetLabelsWinAndDisplacedOnesAreKept() {
    ExpositionParser parser = text("m{job=\"mine\",exported_job=\"older\",a=\"1\"} 1");
    parser.next();

    Labels labels = parser.labels(Labels.of("job", "theirs", "instance", "i"), false);

    assertThat((Object) labels)
        .hasToString(
            "m{a=\"1\", exported_exported_job=\"mine\", exported_job=\"older\", instance=\"i\","
                + " job=\"theirs\"}");
  }

  @Test
  void honoredLabelsStayAndAnEmptyOneKeepsTheTargetsAway() {
    ExpositionParser parser = text("m{job=\"mine\",instance=\"\"} 1");
    parser.next();

    Labels labels = parser.labels(Labels.of("job", "theirs", "instance", "i"), true);

    assertThat((Object) labels).hasToString("m{job=\"mine\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a{b=1} 1 | expected a label value in double quotes, found \"1} 1\"",
        "a{b=\"1\" 1 | expected a label name, found \"1\"",
        "a 1x | \"1x\" is no number",
        "a 1 2 3 | expected a timestamp in milliseconds or the end of the line, found \"3\"",
        "a 1 99999999999999999999 | timestamp \"99999999999999999999\" is out of range",
        "{b=\"1\"} 1 | the series has no metric name",
        "a{\"b\"} 1 | the series has two metric names",
        "a{b=\"1 | a quoted string is not closed",
        "-a 1 | expected a metric name, '{' or '#', found \"-a 1\"",
        "# TYPE a sum | expected one of the types counter, gauge, histogram, summary, untyped, found \"sum\""
      })
  void anErrorNamesTheLineAndWhatWasExpected(String line, String message) {
    ExpositionParser parser = text("ok 1\n\n" + line);
    parser.next();

    assertThatThrownBy(parser::next)
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.INVALID_EXPOSITION))
        .hasMessageStartingWith("line 3: ")
        .hasMessageContaining(message);
  }

  @Test
  void labelsThatAreNotUtf8AreRefusedWithTheirLine() {
    byte[] body = bytes("a 1\nb{x=\"?\"} 1\n");
    body[9] = (byte) 0xff;
    ExpositionParser parser = ExpositionFormat.TEXT.parser();
    parser.reset(body, body.length);
    parser.next();
    parser.next();

    assertThatThrownBy(parser::labels)
        .hasMessageStartingWith("line 2: ")
        .hasMessageContaining("UTF-8");
  }

  @Test
  void createdLinesAreOrdinarySeriesUnlessFolded() {
    ExpositionParser parser = openMetrics("# TYPE a counter\na_total 1\na_created 5\n# EOF\n");
    parser.next();
    parser.next();
    assertThat(parser.hasStart()).isFalse();

    assertThat(parser.next()).isEqualTo(Entry.SERIES);
    assertThat(parser.labels().metricName()).isEqualTo("a_created");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PROTOBUF")
  void randomBytesAreRefusedOrReadNeverAnythingElse(ExpositionFormat format) {
    long seed = Long.getLong("seed", 1);
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    byte[] valid = body(format, 3);
    ExpositionParser parser = format.parser();
    parser.foldCreated(true);
    for (int i = 0; i < 10_000; i++) {
      byte[] body = mutated(valid, random);
      parser.reset(body, body.length);
      readAll(parser, body);
    }
  }

  private static byte[] mutated(byte[] valid, SplittableRandom random) {
    String alphabet = "{}\"\\=, \t\n#_a1.:eN";
    byte[] body = java.util.Arrays.copyOf(valid, random.nextInt(valid.length + 1));
    for (int n = random.nextInt(8); n > 0 && body.length > 0; n--) {
      body[random.nextInt(body.length)] =
          random.nextBoolean()
              ? (byte) alphabet.charAt(random.nextInt(alphabet.length()))
              : (byte) random.nextInt();
    }
    return body;
  }

  private static void readAll(ExpositionParser parser, byte[] body) {
    try {
      for (int entries = 0; ; entries++) {
        if (entries > body.length) {
          throw new AssertionError("more entries than bytes");
        }
        switch (parser.next(body, 0, Math.min(7, body.length))) {
          case END -> {
            return;
          }
          case SERIES -> {
            assertThat(parser.labels().metricName()).isNotEmpty();
            boolean _ = parser.hasStart();
            if (parser.nextExemplar()) {
              Labels _ = parser.exemplarLabels();
            }
          }
          case TYPE, HELP, UNIT -> assertThat(parser.family() + parser.text()).isNotNull();
          case COMMENT -> assertThat(parser.text()).startsWith("#");
        }
      }
    } catch (InvalidRequest e) {
      assertThat(e.id()).isEqualTo(ErrorId.INVALID_EXPOSITION);
      assertThat(e).hasMessageStartingWith("line ");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PROTOBUF")
  void aKnownBodyIsReadWithoutAllocating(ExpositionFormat format) {
    byte[] body = body(format, 1000);
    ExpositionParser parser = format.parser();
    long warm = 0;
    for (int i = 0; i < 50; i++) {
      warm += sum(parser, body);
    }
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    long sum = sum(parser, body);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(sum * 50).isEqualTo(warm);
    assertThat(allocated).as("bytes for %d samples", 7000).isLessThan(7000);
  }

  private static long sum(ExpositionParser parser, byte[] body) {
    long sum = 0;
    parser.reset(body, body.length);
    while (true) {
      switch (parser.next()) {
        case END -> {
          return sum;
        }
        case SERIES -> sum += parser.valueBits() + parser.seriesTo();
        default -> sum++;
      }
    }
  }

  /** So many histograms; numbers as clients write them. */
  private static byte[] body(ExpositionFormat format, int families) {
    boolean open = format == ExpositionFormat.OPENMETRICS;
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < families; i++) {
      String name = "request_seconds_" + i;
      out.append("# HELP ").append(name).append(" How long it took.\n");
      out.append("# TYPE ").append(name).append(" histogram\n");
      for (String le : new String[] {"0.1", "0.5", "1.0", "+Inf"}) {
        out.append(name).append("_bucket{handler=\"/\\\"q\\\"\",le=\"").append(le).append("\"} ");
        out.append(i * 31).append(open ? " # {trace_id=\"abc\"} 0.07 1.5\n" : " 1700000000000\n");
      }
      out.append(name).append("_sum{handler=\"/\\\"q\\\"\"} ").append(i * 0.25).append('\n');
      out.append(name).append("_count{handler=\"/\\\"q\\\"\"} ").append(i * 31).append('\n');
      out.append(name).append("_created{handler=\"/\\\"q\\\"\"} 1.7e9\n");
    }
    return bytes(out.append(open ? "# EOF\n" : "").toString());
  }

  @Test
  void theFormatFollowsTheContentTypeThenTheFallback() {
    assertThat(of("application/openmetrics-text; version=1.0.0; charset=utf-8"))
        .isEqualTo(ExpositionFormat.OPENMETRICS);
    assertThat(of("text/plain; version=0.0.4")).isEqualTo(ExpositionFormat.TEXT);
    assertThat(of("Text/Plain")).isEqualTo(ExpositionFormat.TEXT);
    assertThat(ExpositionFormat.of("text/html", Optional.of(ExpositionFormat.TEXT)))
        .isEqualTo(ExpositionFormat.TEXT);
    assertThatThrownBy(() -> of("text/html"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(
            "\"text/html\", expected text/plain, application/openmetrics-text or");
    assertThatThrownBy(() -> of("")).hasMessageContaining("sent no Content-Type");
  }

  private static ExpositionFormat of(String contentType) {
    return ExpositionFormat.of(contentType, Optional.empty());
  }

  private static ExpositionParser text(String body) {
    ExpositionParser parser = ExpositionFormat.TEXT.parser();
    parser.reset(bytes(body), bytes(body).length);
    return parser;
  }

  private static ExpositionParser openMetrics(String body) {
    ExpositionParser parser = ExpositionFormat.OPENMETRICS.parser();
    parser.reset(bytes(body), bytes(body).length);
    return parser;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
