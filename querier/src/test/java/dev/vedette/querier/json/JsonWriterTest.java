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
