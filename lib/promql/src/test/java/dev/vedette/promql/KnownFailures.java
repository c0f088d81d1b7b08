package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Recorded cases that do not pass yet, one id a line in a resource, a {@code #} before a reason. A
 * case that fails without being listed fails the test, and so does a listed one that passes.
 */
public final class KnownFailures {
  private final String resource;
  private final TreeMap<String, String> failed = new TreeMap<>();
  private int passed;

  public KnownFailures(String resource) {
    this.resource = resource;
  }

  public void passed() {
    passed++;
  }

  public void failed(String id, String how) {
    failed.put(id, how);
  }

  /**
   * Compares with the list; {@code -Dwrite.known=DIR} writes what failed there instead.
   *
   * @param cases how many there are: fewer would mean that some were not looked at
   */
  public void check(int cases) {
    System.out.printf("%s: %d passed, %d failed%n", resource, passed, failed.size());
    String folder = System.getProperty("write.known", "");
    try {
      if (!folder.isEmpty()) {
        String lines =
            failed.entrySet().stream()
                .map(entry -> entry.getKey() + " # " + firstLine(entry.getValue()) + "\n")
                .collect(Collectors.joining());
        Files.writeString(Path.of(folder).resolve(resource), lines);
        return;
      }
      assertThat(passed + failed.size()).as("cases judged by %s", resource).isEqualTo(cases);
      TreeSet<String> known = known();
      Map<String, String> unlisted = new TreeMap<>(failed);
      unlisted.keySet().removeAll(known);
      TreeSet<String> passing = new TreeSet<>(known);
      passing.removeAll(failed.keySet());
      assertThat(unlisted).as("failing and not listed in %s", resource).isEmpty();
      assertThat(passing).as("listed in %s but passing; take them out", resource).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String firstLine(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.length() > 150 ? line.substring(0, 150) : line;
  }

  private TreeSet<String> known() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/conformance/" + resource)) {
      assertThat(in).as("resource %s", resource).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" # ", 2)[0].strip())
          .filter(line -> !line.isEmpty())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
