package dev.vedette.ingester.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Metrics of the machine this process runs on, as text exposition, under node_exporter's names and
 * labels. On Linux they come from {@code /proc} and {@code /sys}, elsewhere from OSHI.
 *
 * <p>Any thread may call; one scrape runs at a time. A scrape costs about a millisecond on Linux.
 * An area that fails is left out, reported by {@code node_scrape_collector_success} and logged when
 * it begins to fail.
 */
public final class HostMetrics {
  private static final Logger log = LoggerFactory.getLogger(HostMetrics.class);

  private final List<HostCollector> collectors;
  private final Set<String> failing = new HashSet<>();
  private final ReentrantLock lock = new ReentrantLock();

  HostMetrics(List<HostCollector> collectors) {
    this.collectors = List.copyOf(collectors);
  }

  /** The collectors that fit the operating system this runs on. */
  public static HostMetrics ofThisMachine(Clock clock) {
    return System.getProperty("os.name", "").equals("Linux")
        ? linux(Path.of("/"), clock, new MountSpaces(StatVfs.ofThisSystem()))
        : new HostMetrics(List.of(new OshiCollector(clock)));
  }

  /** Reads the proc and sys file systems below a root folder. */
  static HostMetrics linux(Path root, Clock clock, MountSpaces spaces) {
    ProcFiles files = new ProcFiles(root);
    return new HostMetrics(
        List.of(
            new LinuxStat(files),
            new LinuxLoad(files),
            new LinuxMemory(files),
            new LinuxDisks(files),
            new LinuxNetwork(files),
            new LinuxSockets(files),
            new LinuxFilesystems(files, spaces),
            new LinuxKernel(files, clock)));
  }

  /** The content type of {@link #scrape}. */
  public static String contentType() {
    return ExpositionText.CONTENT_TYPE;
  }

  /** All metrics as of now. */
  public byte[] scrape() {
    lock.lock();
    try {
      ExpositionText out = new ExpositionText();
      boolean[] success = new boolean[collectors.size()];
      for (int i = 0; i < success.length; i++) {
        success[i] = collect(collectors.get(i), out);
      }
      out.gauge("node_scrape_collector_success", "Whether this area of metrics could be read.");
      for (int i = 0; i < success.length; i++) {
        out.sample(success[i] ? 1 : 0, "collector", collectors.get(i).name());
      }
      return out.bytes();
    } finally {
      lock.unlock();
    }
  }

  private boolean collect(HostCollector collector, ExpositionText out) {
    try {
      collector.collect(out);
      failing.remove(collector.name());
      return true;
    } catch (IOException e) {
      if (failing.add(collector.name())) {
        log.atWarn()
            .addKeyValue("collector", collector.name())
            .setCause(e)
            .log("host metrics of one area cannot be read; they are left out");
      }
      return false;
    }
  }
}
