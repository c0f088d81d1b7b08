package dev.vedette.crds.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a file holds, reading it ends in objects and problems, never in an exception. */
class BrokenFilesTest {
  private static final String[] PIECES = {
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "- ",
    "\n",
    "  ",
    "---\n",
    "&a ",
    "*a",
    "!!int ",
    "!!map ",
    "<<: ",
    "null",
    "~",
    "1e999999999",
    "0x1F",
    ".inf",
    "'",
    "\"",
    "|\n",
    ">-\n",
    "#",
    "%YAML 1.2\n",
    "? ",
    "\t",
    "yes",
    "99999999999999999999",
    "\u0000",
    "spec:",
    "metadata:",
    "kind: List\n",
    "\\u12",
    "é"
  };

  private final ResourceLoader loader = new ResourceLoader();

  @Test
  void damagedExamplesNeverBreakTheReader() throws IOException {
    long seed = Long.getLong("seed", 1);
    Random random = new Random(seed);
    List<String> good = examples();
    for (int i = 0; i < 1_000; i++) {
      String text = damaged(good.get(random.nextInt(good.size())), random);
      assertThatCode(
              () ->
                  assertThat(loader.loadText("x.yaml", text).problems())
                      .extracting(Problem::toString)
                      .doesNotContainNull())
          .as("seed %d, text:%n%s", seed, text)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void randomBytesNeverBreakTheReader() {
    long seed = Long.getLong("seed", 1);
    Random random = new Random(seed);
    for (int i = 0; i < 1_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      String text = new String(bytes, ISO_8859_1);
      assertThat(loader.loadText("x.json", text).objects()).as("seed %d", seed).isEmpty();
    }
  }

  private static String damaged(String text, Random random) {
    StringBuilder damaged = new StringBuilder(text);
    int times = 1 + random.nextInt(4);
    for (int i = 0; i < times; i++) {
      int from = random.nextInt(damaged.length());
      int to = Math.min(damaged.length(), from + random.nextInt(12));
      damaged.replace(from, to, PIECES[random.nextInt(PIECES.length)]);
    }
    return damaged.toString();
  }

  private static List<String> examples() throws IOException {
    Path examples = Path.of(System.getProperty("vedette.root")).resolve("examples/quickstart");
    try (var files = Files.list(examples)) {
      return files
          .sorted()
          .map(
              file -> {
                try {
                  return Files.readString(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .toList();
    }
  }
}
