package dev.vedette.ingester.agent;

import dev.vedette.model.MetricType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** I/O of whole block devices from {@code /proc/diskstats}; partitions are left out. */
final class LinuxDisks implements HostCollector {
  private static final String FILE = "proc/diskstats";
  private static final int FIRST_FIELD = 3;

  // The kernel counts 512-byte sectors here whatever the device's own sector size.
  private static final double SECTOR_BYTES = 512;
  private static final double MILLIS = 1e-3;

  private static final Pattern IGNORED =
      Pattern.compile("(z?ram|loop|fd|[hsv]d[a-z]|xvd[a-z]|nvme\\d+n\\d+p)\\d+");

  /** A column of the file, in file order. */
  private record Field(String name, MetricType type, double factor, String help) {}

  private static final List<Field> FIELDS =
      List.of(
          counter("reads_completed_total", 1, "Reads completed."),
          counter("reads_merged_total", 1, "Reads merged with a neighbour."),
          counter("read_bytes_total", SECTOR_BYTES, "Bytes read."),
          counter("read_time_seconds_total", MILLIS, "Seconds spent by all reads."),
          counter("writes_completed_total", 1, "Writes completed."),
          counter("writes_merged_total", 1, "Writes merged with a neighbour."),
          counter("written_bytes_total", SECTOR_BYTES, "Bytes written."),
          counter("write_time_seconds_total", MILLIS, "Seconds spent by all writes."),
          new Field("io_now", MetricType.GAUGE, 1, "I/Os in progress."),
          counter("io_time_seconds_total", MILLIS, "Seconds with I/O in progress."),
          counter("io_time_weighted_seconds_total", MILLIS, "Seconds of I/O times its queue."),
          counter("discards_completed_total", 1, "Discards completed."),
          counter("discards_merged_total", 1, "Discards merged with a neighbour."),
          counter("discarded_sectors_total", 1, "Sectors discarded."),
          counter("discard_time_seconds_total", MILLIS, "Seconds spent by all discards."),
          counter("flush_requests_total", 1, "Flushes completed."),
          counter("flush_requests_time_seconds_total", MILLIS, "Seconds spent by all flushes."));

  private final ProcFiles files;

  LinuxDisks(ProcFiles files) {
    this.files = files;
  }

  private static Field counter(String name, double factor, String help) {
    return new Field(name, MetricType.COUNTER, factor, help);
  }

  @Override
  public String name() {
    return "diskstats";
  }

  @Override
  public void collect(ExpositionText out) throws IOException {
    List<String[]> devices = devices();
    for (int i = 0; i < FIELDS.size(); i++) {
      Field field = FIELDS.get(i);
      int column = FIRST_FIELD + i;
      for (String[] device : devices) {
        // Kernels before 4.18 have no discards, before 5.5 no flushes.
        if (column < device.length) {
          out.family("node_disk_" + field.name(), field.type(), field.help());
          out.sample(ProcFiles.number(FILE, device[column]) * field.factor(), "device", device[2]);
        }
      }
    }
  }

  private List<String[]> devices() throws IOException {
    List<String[]> devices = new ArrayList<>();
    for (String line : files.lines(FILE)) {
      String[] columns = ProcFiles.columns(line);
      ProcFiles.requireColumns(FILE, columns, FIRST_FIELD + 11);
      if (!IGNORED.matcher(columns[2]).matches()) {
        devices.add(columns);
      }
    }
    return devices;
  }
}
