package dev.vedette.ingester.agent;

import java.time.Clock;
import java.util.List;
import java.util.function.ToLongFunction;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.CentralProcessor.TickType;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HWDiskStore;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.hardware.NetworkIF;
import oshi.software.os.OSFileStore;
import oshi.software.os.OperatingSystem;

/** The common set of host metrics on systems other than Linux, under the names they have there. */
final class OshiCollector implements HostCollector {
  private static final double MILLIS = 1e-3;

  private final Clock clock;
  private final HardwareAbstractionLayer hardware;
  private final OperatingSystem system;

  OshiCollector(Clock clock) {
    SystemInfo info = new SystemInfo();
    this.clock = clock;
    this.hardware = info.getHardware();
    this.system = info.getOperatingSystem();
  }

  @Override
  public String name() {
    return "oshi";
  }

  @Override
  public void collect(ExpositionText out) {
    system(out);
    processor(hardware.getProcessor(), out);
    memory(hardware.getMemory(), out);
    disks(hardware.getDiskStores(), out);
    network(hardware.getNetworkIFs(true), out);
    filesystems(system.getFileSystem().getFileStores(), out);
  }

  private void system(ExpositionText out) {
    out.gauge("node_time_seconds", "The system's clock, in Unix time.")
        .sample(clock.millis() / 1000.0);
    out.gauge("node_boot_time_seconds", "When the system booted, in Unix time.")
        .sample(system.getSystemBootTime());
    out.gauge("node_uname_info", "Names of the system, as uname gives them.")
        .sample(
            1,
            "machine",
            System.getProperty("os.arch", ""),
            "nodename",
            system.getNetworkParams().getHostName(),
            "release",
            System.getProperty("os.version", ""),
            "sysname",
            System.getProperty("os.name", ""),
            "version",
            system.getVersionInfo().toString());
  }

  private static void processor(CentralProcessor processor, ExpositionText out) {
    out.counter("node_cpu_seconds_total", "Seconds each CPU spent in each mode.");
    long[][] ticks = processor.getProcessorCpuLoadTicks();
    for (int cpu = 0; cpu < ticks.length; cpu++) {
      for (TickType type : TickType.values()) {
        double seconds = ticks[cpu][type.getIndex()] * MILLIS;
        out.sample(seconds, "cpu", Integer.toString(cpu), "mode", mode(type));
      }
    }
    double[] load = processor.getSystemLoadAverage(3);
    String[] minutes = {"1", "5", "15"};
    for (int i = 0; i < minutes.length; i++) {
      // Negative where the system (Windows) keeps no load average.
      if (load[i] >= 0) {
        out.gauge("node_load" + minutes[i], "Load average over %s min.".formatted(minutes[i]))
            .sample(load[i]);
      }
    }
    out.counter("node_context_switches_total", "Context switches.")
        .sample(processor.getContextSwitches());
    out.counter("node_intr_total", "Interrupts serviced.").sample(processor.getInterrupts());
  }

  private static String mode(TickType type) {
    return switch (type) {
      case USER -> "user";
      case NICE -> "nice";
      case SYSTEM -> "system";
      case IDLE -> "idle";
      case IOWAIT -> "iowait";
      case IRQ -> "irq";
      case SOFTIRQ -> "softirq";
      case STEAL -> "steal";
    };
  }

  private static void memory(GlobalMemory memory, ExpositionText out) {
    long swapTotal = memory.getVirtualMemory().getSwapTotal();
    long swapUsed = memory.getVirtualMemory().getSwapUsed();
    out.gauge("node_memory_MemTotal_bytes", "Physical memory.").sample(memory.getTotal());
    out.gauge("node_memory_MemAvailable_bytes", "Memory that programs can still get.")
        .sample(memory.getAvailable());
    out.gauge("node_memory_SwapTotal_bytes", "Swap space.").sample(swapTotal);
    out.gauge("node_memory_SwapFree_bytes", "Unused swap space.").sample(swapTotal - swapUsed);
  }

  private static void disks(List<HWDiskStore> disks, ExpositionText out) {
    disks(out, disks, "reads_completed_total", "Reads completed.", 1, HWDiskStore::getReads);
    disks(out, disks, "read_bytes_total", "Bytes read.", 1, HWDiskStore::getReadBytes);
    disks(out, disks, "writes_completed_total", "Writes completed.", 1, HWDiskStore::getWrites);
    disks(out, disks, "written_bytes_total", "Bytes written.", 1, HWDiskStore::getWriteBytes);
    disks(
        out,
        disks,
        "io_time_seconds_total",
        "Seconds with I/O in progress.",
        MILLIS,
        HWDiskStore::getTransferTime);
  }

  private static void disks(
      ExpositionText out,
      List<HWDiskStore> disks,
      String name,
      String help,
      double factor,
      ToLongFunction<HWDiskStore> value) {
    out.counter("node_disk_" + name, help);
    for (HWDiskStore disk : disks) {
      String device = disk.getName().replaceFirst("^/dev/", "");
      out.sample(value.applyAsLong(disk) * factor, "device", device);
    }
  }

  private static void network(List<NetworkIF> devices, ExpositionText out) {
    network(out, devices, "receive_bytes", NetworkIF::getBytesRecv);
    network(out, devices, "receive_packets", NetworkIF::getPacketsRecv);
    network(out, devices, "receive_errs", NetworkIF::getInErrors);
    network(out, devices, "receive_drop", NetworkIF::getInDrops);
    network(out, devices, "transmit_bytes", NetworkIF::getBytesSent);
    network(out, devices, "transmit_packets", NetworkIF::getPacketsSent);
    network(out, devices, "transmit_errs", NetworkIF::getOutErrors);
    network(out, devices, "transmit_colls", NetworkIF::getCollisions);
    out.gauge("node_network_up", "Whether the device's operational state is up.");
    for (NetworkIF device : devices) {
      boolean up = device.getIfOperStatus() == NetworkIF.IfOperStatus.UP;
      out.sample(up ? 1 : 0, "device", device.getName());
    }
  }

  private static void network(
      ExpositionText out, List<NetworkIF> devices, String name, ToLongFunction<NetworkIF> value) {
    out.counter(
        "node_network_%s_total".formatted(name),
        "Counter %s of each network device.".formatted(name));
    for (NetworkIF device : devices) {
      out.sample(value.applyAsLong(device), "device", device.getName());
    }
  }

  private static void filesystems(List<OSFileStore> stores, ExpositionText out) {
    filesystems(out, stores, "size_bytes", "Size.", OSFileStore::getTotalSpace);
    filesystems(out, stores, "free_bytes", "Unused.", OSFileStore::getFreeSpace);
    filesystems(out, stores, "avail_bytes", "Unused, for everybody.", OSFileStore::getUsableSpace);
    filesystems(out, stores, "files", "Inodes.", OSFileStore::getTotalInodes);
    filesystems(out, stores, "files_free", "Unused inodes.", OSFileStore::getFreeInodes);
    filesystems(
        out,
        stores,
        "readonly",
        "Whether it is mounted read-only.",
        store -> List.of(store.getOptions().split(",")).contains("ro") ? 1 : 0);
  }

  private static void filesystems(
      ExpositionText out,
      List<OSFileStore> stores,
      String name,
      String help,
      ToLongFunction<OSFileStore> value) {
    out.gauge("node_filesystem_" + name, help);
    for (OSFileStore store : stores) {
      out.sample(
          value.applyAsLong(store),
          "device",
          store.getVolume(),
          "fstype",
          store.getType(),
          "mountpoint",
          store.getMount());
    }
  }
}
