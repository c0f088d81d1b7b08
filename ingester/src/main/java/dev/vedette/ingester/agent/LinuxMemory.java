package dev.vedette.ingester.agent;

import java.io.IOException;

/** Every field of {@code /proc/meminfo}, in bytes where the kernel counts kibibytes. */
final class LinuxMemory implements HostCollector {
  private static final String FILE = "proc/meminfo";

  private final ProcFiles files;

  LinuxMemory(ProcFiles files) {
    this.files = files;
  }

  @Override
  public String name() {
    return "meminfo";
  }

  @Override
  public void collect(ExpositionText out) throws IOException {
    for (String line : files.lines(FILE)) {
      String[] columns = ProcFiles.columns(line);
      ProcFiles.requireColumns(FILE, columns, 2);
      // "Active(anon):" becomes Active_anon.
      String field = columns[0].replace(":", "").replace("(", "_").replace(")", "");
      double value = ProcFiles.number(FILE, columns[1]);
      boolean kibibytes = columns.length > 2;
      out.gauge(
              "node_memory_" + field + (kibibytes ? "_bytes" : ""),
              "Field %s of /proc/meminfo.".formatted(field))
          .sample(kibibytes ? value * 1024 : value);
    }
  }
}
