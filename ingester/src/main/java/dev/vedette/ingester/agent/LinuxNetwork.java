package dev.vedette.ingester.agent;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Traffic and state of network devices from {@code /proc/net/dev} and {@code /sys/class/net}. */
final class LinuxNetwork implements HostCollector {
  private static final String FILE = "proc/net/dev";
  private static final double BYTES_A_SECOND_PER_MBIT = 125_000;

  // Columns of the file: eight of receiving, eight of sending.
  private static final String[] COUNTERS = {
    "receive_bytes",
    "receive_packets",
    "receive_errs",
    "receive_drop",
    "receive_fifo",
    "receive_frame",
    "receive_compressed",
    "receive_multicast",
    "transmit_bytes",
    "transmit_packets",
    "transmit_errs",
    "transmit_drop",
    "transmit_fifo",
    "transmit_colls",
    "transmit_carrier",
    "transmit_compressed"
  };

  private final ProcFiles files;

  LinuxNetwork(ProcFiles files) {
    this.files = files;
  }

  @Override
  public String name() {
    return "netdev";
  }

  @Override
  public void collect(ExpositionText out) throws IOException {
    Map<String, String[]> devices = devices();
    for (int i = 0; i < COUNTERS.length; i++) {
      String name = "node_network_" + COUNTERS[i] + "_total";
      out.counter(name, "Counter %s of each network device.".formatted(COUNTERS[i]));
      for (Map.Entry<String, String[]> device : devices.entrySet()) {
        double value = ProcFiles.number(FILE, device.getValue()[i]);
        out.sample(value, "device", device.getKey());
      }
    }
    state(devices, out);
  }

  private Map<String, String[]> devices() throws IOException {
    Map<String, String[]> devices = new TreeMap<>();
    for (String line : files.lines(FILE)) {
      int colon = line.lastIndexOf(':');
      if (colon >= 0) {
        String[] columns = ProcFiles.columns(line.substring(colon + 1));
        ProcFiles.requireColumns(FILE, columns, COUNTERS.length);
        devices.put(line.substring(0, colon).strip(), columns);
      }
    }
    return devices;
  }

  private void state(Map<String, String[]> devices, ExpositionText out) throws IOException {
    out.gauge("node_network_up", "Whether the device's operational state is up.");
    for (String device : devices.keySet()) {
      boolean up = files.text(sys(device, "operstate")).orElse("").equals("up");
      out.sample(up ? 1 : 0, "device", device);
    }
    value(devices, "carrier", "node_network_carrier", 1, "Whether a carrier is there.", out);
    value(devices, "mtu", "node_network_mtu_bytes", 1, "Largest packet.", out);
    value(
        devices, "speed", "node_network_speed_bytes", BYTES_A_SECOND_PER_MBIT, "Link speed.", out);
  }

  private void value(
      Map<String, String[]> devices,
      String file,
      String name,
      double factor,
      String help,
      ExpositionText out)
      throws IOException {
    for (String device : devices.keySet()) {
      String text = files.text(sys(device, file)).orElse("");
      if (!text.isEmpty()) {
        double value = ProcFiles.number(sys(device, file), text);
        out.gauge(name, help).sample(value * factor, "device", device);
      }
    }
  }

  private static String sys(String device, String file) {
    return "sys/class/net/" + device + "/" + file;
  }
}
