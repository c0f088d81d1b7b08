package dev.vedette.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a process takes of the machine, as Linux tells it. */
record ServerProcess(long pid) {
  /** User and system time until now. */
  double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
  }

  long residentBytes() throws IOException {
    return status("VmRSS:");
  }

  /** Resident without files: what cannot be dropped. */
  long anonymousBytes() throws IOException {
    return status("RssAnon:");
  }

  /** The most that was ever resident. */
  long peakBytes() throws IOException {
    return status("VmHWM:");
  }

  private long status(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("no %s in /proc/%d/status".formatted(name, pid));
  }

  /** Bytes of all files below a folder, which may come and go meanwhile. */
  static long bytesBelow(Path folder) throws IOException {
    long sum = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        sum += Files.isDirectory(file) ? bytesBelow(file) : Files.size(file);
      }
    } catch (NoSuchFileException e) {
      // Merged away while it was looked at: it counts next time, in its new form.
      return sum;
    }
    return sum;
  }
}
