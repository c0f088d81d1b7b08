package dev.vedette.ingester.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** CPU seconds by mode, and the kernel's own counters, from {@code /proc/stat}. */
final class LinuxStat implements HostCollector {
  private static final String FILE = "proc/stat";
  private static final String[] MODES = {
    "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"
  };
  private static final int GUEST = 1 + MODES.length;

  // USER_HZ is part of the kernel's interface: 100 on every architecture that a JVM runs on.
  private static final double TICKS_A_SECOND = 100;

  private final ProcFiles files;

  LinuxStat(ProcFiles files) {
    this.files = files;
  }

  @Override
  public String name() {
    return "stat";
  }

  @Override
  public void collect(ExpositionText out) throws IOException {
    List<String[]> cpus = new ArrayList<>();
    List<String[]> counters = new ArrayList<>();
    for (String line : files.lines(FILE)) {
      String[] columns = ProcFiles.columns(line);
      ProcFiles.requireColumns(FILE, columns, 2);
      if (!columns[0].startsWith("cpu")) {
        counters.add(columns);
      } else if (columns[0].length() > 3) {
        cpus.add(columns);
      }
    }
    cpus(cpus, out);
    for (String[] counter : counters) {
      counter(counter[0], ProcFiles.number(FILE, counter[1]), out);
    }
  }

  private static void cpus(List<String[]> cpus, ExpositionText out) throws IOException {
    out.counter("node_cpu_seconds_total", "Seconds each CPU spent in each mode.");
    for (String[] cpu : cpus) {
      for (int mode = 0; mode < MODES.length && mode + 1 < cpu.length; mode++) {
        out.sample(seconds(cpu[mode + 1]), "cpu", cpu[0].substring(3), "mode", MODES[mode]);
      }
    }
    out.counter(
        "node_cpu_guest_seconds_total",
        "Seconds each CPU spent running guests; they are part of user and nice.");
    for (String[] cpu : cpus) {
      if (cpu.length > GUEST + 1) {
        String number = cpu[0].substring(3);
        out.sample(seconds(cpu[GUEST]), "cpu", number, "mode", "user");
        out.sample(seconds(cpu[GUEST + 1]), "cpu", number, "mode", "nice");
      }
    }
  }

  private static double seconds(String ticks) throws IOException {
    return ProcFiles.number(FILE, ticks) / TICKS_A_SECOND;
  }

  private static void counter(String name, double value, ExpositionText out) {
    switch (name) {
      case "intr" -> out.counter("node_intr_total", "Interrupts serviced.").sample(value);
      case "ctxt" -> out.counter("node_context_switches_total", "Context switches.").sample(value);
      case "btime" ->
          out.gauge("node_boot_time_seconds", "When the system booted, in Unix time.")
              .sample(value);
      case "processes" ->
          out.counter("node_forks_total", "Processes and threads created.").sample(value);
      case "procs_running" ->
          out.gauge("node_procs_running", "Processes that are runnable.").sample(value);
      case "procs_blocked" ->
          out.gauge("node_procs_blocked", "Processes that wait for I/O.").sample(value);
      default -> {
        // softirq and what later kernels add has no metric in the common set.
      }
    }
  }
}
