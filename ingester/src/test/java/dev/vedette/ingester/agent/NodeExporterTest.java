package dev.vedette.ingester.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vedette.testkit.RealProgram;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Our names, labels and types against a node_exporter on the same machine, where there is one. */
class NodeExporterTest {
  @Test
  void whatWeNameNodeExporterNamesToo() throws Exception {
    Optional<Path> binary = RealProgram.find("prometheus-node-exporter", "node_exporter");
    assumeTrue(binary.isPresent(), "no node_exporter on the path");

    Map<String, Set<String>> theirs = shapes(scrape(binary.get()));
    Map<String, Set<String>> ours =
        shapes(new String(HostMetrics.ofThisMachine(Clock.systemUTC()).scrape(), UTF_8));

    // Which areas there are is each exporter's own.
    ours.remove("node_scrape_collector_success");
    theirs.values().forEach(labels -> labels.remove("device_error"));
    assertThat(ours.keySet()).containsAll(memory(theirs));
    // Later releases have a list of lines of /proc/meminfo, earlier ones and we have all.
    ours.keySet().removeAll(memory(ours));
    assertThat(theirs).containsAllEntriesOf(ours);
  }

  private static Set<String> memory(Map<String, Set<String>> shapes) {
    return shapes.keySet().stream()
        .filter(name -> name.startsWith("node_memory_"))
        .collect(Collectors.toSet());
  }

  private static String scrape(Path binary) throws IOException, InterruptedException {
    try (RealProgram exporter = RealProgram.start(binary);
        HttpClient client = HttpClient.newHttpClient()) {
      URI page = URI.create("http://%s/metrics".formatted(exporter.address()));
      return client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
    }
  }

  /** Label names by metric name. */
  private static Map<String, Set<String>> shapes(String page) {
    Map<String, Set<String>> shapes = new TreeMap<>();
    page.lines()
        .filter(line -> line.startsWith("node_"))
        .forEach(
            line -> {
              String name = line.split("[{ ]", 2)[0];
              Set<String> labels = shapes.computeIfAbsent(name, _ -> new TreeSet<>());
              Matcher label = Pattern.compile("[{,]([a-z_]+)=\"").matcher(line);
              while (label.find()) {
                labels.add(label.group(1));
              }
            });
    return shapes;
  }
}
