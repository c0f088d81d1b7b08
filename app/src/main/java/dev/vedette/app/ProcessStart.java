package dev.vedette.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * When this process began, so that the start-up time printed counts the JVM's own share. The JDK's
 * own answer is off by up to a second on Linux, where it adds ticks to a boot time in whole
 * seconds.
 */
final class ProcessStart {
  // Fixed by the kernel's interface, whatever its own tick is.
  private static final long TICKS_PER_SECOND = 100;

  private ProcessStart() {}

  /**
   * The process's first moment on the scale of {@link System#nanoTime}; now, where nothing tells.
   */
  static long nanos() {
    long now = System.nanoTime();
    try {
      String uptime = Files.readString(Path.of("/proc/uptime"));
      String stat = Files.readString(Path.of("/proc/self/stat"));
      return now - ageMillis(uptime, stat) * 1_000_000;
    } catch (IOException | RuntimeException e) {
      return now;
    }
  }

  /** From the two files' contents: seconds since boot, and field 22 in ticks since boot. */
  static long ageMillis(String uptime, String stat) {
    double seconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
    // The name in field 2 may hold spaces; fields are counted from behind it.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long startedTicks = Long.parseLong(fields[19]);
    return Math.max(0, Math.round(seconds * 1000) - startedTicks * 1000 / TICKS_PER_SECOND);
  }
}
