package dev.vedette.querier.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The encoder, judged by another library's parser. */
class JsonWriterTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final JsonWriter json = new JsonWriter(out);

  @Test
  void setsCommasAndColons() throws IOException {
    json.beginObject().name("a").beginArray().number(1).number(2.5).bool(true).nul().endArray();
    json.name("b").labels(Labels.of("x", "1", "y", "2")).name("c").beginObject().endObject();
    json.name("d").sample(1500, Double.NaN).name("e").strings(List.of("p", "q")).endObject();

    assertThat(text())
        .isEqualTo(
            "{\"a\":[1,2.5,true,null],\"b\":{\"x\":\"1\",\"y\":\"2\"},\"c\":{},"
                + "\"d\":[1.500,\"NaN\"],\"e\":[\"p\",\"q\"]}");
  }

  @Test
  void samplesOfSeriesThatShareTheirTimesAreWrittenAsOneByOne() throws IOException {
    long seed = Long.getLong("seed", 1);
    System.out.println("-Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    JsonWriter oneByOne = new JsonWriter(expected);
    json.beginArray();
    oneByOne.beginArray();
    long[] times = {};
    for (int series = 0; series < 200; series++) {
      // Each array is that of one to some series in a row; some are longer than any range query's.
      if (random.nextInt(3) == 0) {
        times = times(random, series == 100 ? 20_000 : random.nextInt(500));
      }
      double[] values = random.doubles(times.length).map(value -> Math.rint(value * 100)).toArray();

      json.samples(times, values);

      oneByOne.beginArray();
      for (int i = 0; i < times.length; i++) {
        oneByOne.sample(times[i], values[i]);
      }
      oneByOne.endArray();
    }
    json.endArray();
    oneByOne.endArray().flush();

    assertThat(text()).as("seed %d", seed).isEqualTo(expected.toString(StandardCharsets.UTF_8));
  }

  /** Times of today, of any time at all, and with milliseconds. */
  private static long[] times(SplittableRandom random, int count) {
    long start = random.nextBoolean() ? 1_795_317_150_000L : random.nextLong() / 2;
    long step = random.nextBoolean() ? 15_000 : random.nextLong(1, 100_000);
    return LongStream.range(0, count).map(i -> start + i * step).toArray();
  }

  @Test
  void writesTreesOfPlainValues() throws IOException {
    json.tree(List.of(Map.of("k", List.of(1, 2L, 0.5)), "s", false));

    assertThat(text()).isEqualTo("[{\"k\":[1,2,0.5]},\"s\",false]");
  }

  @Test
  void anyStringReadsBackAsItWas() throws IOException {
    long seed = Long.getLong("seed", 1);
    System.out.println("-Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      strings.add(anyString(random));
    }

    json.strings(strings);

    assertThat(new ObjectMapper().readValue(text(), String[].class))
        .as("seed %d", seed)
        .containsExactlyElementsOf(strings);
  }

  private static String anyString(SplittableRandom random) {
    StringBuilder out = new StringBuilder();
    int length = random.nextInt(100);
    int bound = new int[] {0x80, 0x800, 0x10000, 0x110000}[random.nextInt(4)];
    for (int i = 0; i < length; i++) {
      int c = random.nextInt(bound);
      out.appendCodePoint(c >= 0xD800 && c < 0xE000 ? 'x' : c);
    }
    return out.toString();
  }

  @Test
  void replacesHalfASurrogatePair() throws IOException {
    json.string("a\uD800b");

    assertThat(text()).isEqualTo("\"a\uFFFDb\"");
  }

  private String text() throws IOException {
    json.flush();
    return out.toString(StandardCharsets.UTF_8);
  }
}
