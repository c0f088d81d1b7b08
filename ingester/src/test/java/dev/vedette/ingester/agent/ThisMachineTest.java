package dev.vedette.ingester.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The collectors against the machine that runs the tests. */
class ThisMachineTest {
  private static final List<String> COMMON =
      List.of(
          "node_boot_time_seconds",
          "node_context_switches_total",
          "node_cpu_seconds_total",
          "node_memory_MemAvailable_bytes",
          "node_memory_MemTotal_bytes",
          "node_network_receive_bytes_total",
          "node_time_seconds",
          "node_uname_info");

  @Test
  void thisMachineShowsTheCommonSet() {
    String text = new String(HostMetrics.ofThisMachine(Clock.systemUTC()).scrape(), UTF_8);

    assertThat(families(text)).containsAll(COMMON);
    assertThat(text).doesNotContain("node_scrape_collector_success{collector=\"stat\"} 0");
  }

  @Test
  void otherSystemsShowTheSameNames() {
    ExpositionText out = new ExpositionText();

    new OshiCollector(Clock.systemUTC()).collect(out);

    assertThat(families(new String(out.bytes(), UTF_8))).containsAll(COMMON);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whatOshiNamesTheKernelFilesNameToo() {
    ExpositionText oshi = new ExpositionText();
    new OshiCollector(Clock.systemUTC()).collect(oshi);
    String linux = new String(HostMetrics.ofThisMachine(Clock.systemUTC()).scrape(), UTF_8);

    Set<String> unknown = families(new String(oshi.bytes(), UTF_8));
    unknown.removeAll(families(linux));
    // A container may have neither disks nor data mounts that the rules keep.
    unknown.removeIf(name -> name.startsWith("node_filesystem_") || name.startsWith("node_disk_"));

    assertThat(unknown).isEmpty();
  }

  private static Set<String> families(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("[{ ]", 2)[0])
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
