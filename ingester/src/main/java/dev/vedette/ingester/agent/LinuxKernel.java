package dev.vedette.ingester.agent;

import dev.vedette.model.MetricType;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.regex.Pattern;

/** Who the system is, its clock, file handles, paging and pressure. */
final class LinuxKernel implements HostCollector {
  private static final String KERNEL = "proc/sys/kernel/";
  private static final String FILE_HANDLES = "proc/sys/fs/file-nr";
  private static final String VMSTAT = "proc/vmstat";
  private static final Pattern VMSTAT_FIELDS = Pattern.compile("oom_kill|pgpg.*|pswp.*|pg.*fault");
  private static final double MICROS = 1e-6;

  private final ProcFiles files;
  private final Clock clock;

  LinuxKernel(ProcFiles files, Clock clock) {
    this.files = files;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "kernel";
  }

  @Override
  public void collect(ExpositionText out) throws IOException {
    out.gauge("node_time_seconds", "The system's clock, in Unix time.")
        .sample(clock.millis() / 1000.0);
    out.gauge("node_uname_info", "Names of the system, as uname gives them.")
        .sample(
            1,
            "domainname",
            kernel("domainname"),
            "machine",
            files.text(KERNEL + "arch").orElseGet(LinuxKernel::machine),
            "nodename",
            kernel("hostname"),
            "release",
            kernel("osrelease"),
            "sysname",
            kernel("ostype"),
            "version",
            kernel("version"));
    fileHandles(out);
    paging(out);
    pressure("cpu", out);
    pressure("io", out);
    pressure("memory", out);
  }

  private String kernel(String file) {
    return files.text(KERNEL + file).orElse("");
  }

  /** Kernels before 6.1 do not say it in a file. */
  private static String machine() {
    String arch = System.getProperty("os.arch", "");
    return arch.equals("amd64") ? "x86_64" : arch;
  }

  private void fileHandles(ExpositionText out) throws IOException {
    String[] columns = ProcFiles.columns(String.join(" ", files.lines(FILE_HANDLES)));
    ProcFiles.requireColumns(FILE_HANDLES, columns, 3);
    out.gauge("node_filefd_allocated", "File handles in use.")
        .sample(ProcFiles.number(FILE_HANDLES, columns[0]));
    out.gauge("node_filefd_maximum", "File handles the kernel allows.")
        .sample(ProcFiles.number(FILE_HANDLES, columns[2]));
  }

  private void paging(ExpositionText out) throws IOException {
    for (String line : files.lines(VMSTAT)) {
      String[] columns = ProcFiles.columns(line);
      ProcFiles.requireColumns(VMSTAT, columns, 2);
      if (VMSTAT_FIELDS.matcher(columns[0]).matches()) {
        out.family(
                "node_vmstat_" + columns[0],
                MetricType.UNKNOWN,
                "Field %s of /proc/vmstat.".formatted(columns[0]))
            .sample(ProcFiles.number(VMSTAT, columns[1]));
      }
    }
  }

  /** Lines read {@code some avg10=0.00 … total=123}, in microseconds; not every kernel has them. */
  private void pressure(String resource, ExpositionText out) throws IOException {
    String file = "proc/pressure/" + resource;
    Optional<String> text = files.text(file);
    for (String line : text.orElse("").lines().toList()) {
      boolean some = line.startsWith("some");
      if (!some && resource.equals("cpu")) {
        // No CPU can be fully stalled by waiting for CPU; the line exists for symmetry.
        continue;
      }
      String state = some ? "waiting" : "stalled";
      String total = line.substring(line.lastIndexOf('=') + 1);
      out.counter(
              "node_pressure_%s_%s_seconds_total".formatted(resource, state),
              "Seconds in which work was %s for %s.".formatted(state, resource))
          .sample(ProcFiles.number(file, total) * MICROS);
    }
  }
}
