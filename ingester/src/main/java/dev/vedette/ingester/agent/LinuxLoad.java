package dev.vedette.ingester.agent;

import java.io.IOException;

/** Load averages from {@code /proc/loadavg}. */
final class LinuxLoad implements HostCollector {
  private static final String FILE = "proc/loadavg";

  private final ProcFiles files;

  LinuxLoad(ProcFiles files) {
    this.files = files;
  }

  @Override
  public String name() {
    return "loadavg";
  }

  @Override
  public void collect(ExpositionText out) throws IOException {
    String[] columns = ProcFiles.columns(String.join(" ", files.lines(FILE)));
    ProcFiles.requireColumns(FILE, columns, 3);
    String[] minutes = {"1", "5", "15"};
    for (int i = 0; i < minutes.length; i++) {
      out.gauge("node_load" + minutes[i], "Load average over %s min.".formatted(minutes[i]))
          .sample(ProcFiles.number(FILE, columns[i]));
    }
  }
}
