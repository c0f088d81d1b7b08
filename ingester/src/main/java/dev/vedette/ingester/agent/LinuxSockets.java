package dev.vedette.ingester.agent;

import dev.vedette.model.MetricType;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/** Sockets in use and protocol counters from {@code /proc/net}. */
final class LinuxSockets implements HostCollector {
  private static final double PAGE_BYTES = 4096;

  // What dashboards use; the two files hold some 400 counters more.
  private static final Pattern PROTOCOL_COUNTERS =
      Pattern.compile(
          ".*_(InErrors|InErrs)|Ip_Forwarding|IpExt_(In|Out)Octets|Icmp_(In|Out)Msgs"
              + "|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)"
              + "|Tcp_(ActiveOpens|PassiveOpens|InSegs|OutSegs|OutRsts|RetransSegs|CurrEstab)"
              + "|Udp_((In|Out)Datagrams|NoPorts|(Rcv|Snd)bufErrors)");

  private final ProcFiles files;

  LinuxSockets(ProcFiles files) {
    this.files = files;
  }

  @Override
  public String name() {
    return "netstat";
  }

  @Override
  public void collect(ExpositionText out) throws IOException {
    sockets("proc/net/sockstat", out);
    counters("proc/net/snmp", out);
    counters("proc/net/netstat", out);
  }

  /** Lines read {@code TCP: inuse 5 orphan 0}; memory is counted in pages. */
  private void sockets(String file, ExpositionText out) throws IOException {
    for (String line : files.lines(file)) {
      String[] columns = ProcFiles.columns(line);
      String protocol = columns[0].replace(":", "");
      for (int i = 1; i + 1 < columns.length; i += 2) {
        String name = "node_sockstat_" + protocol + "_" + columns[i];
        double value = ProcFiles.number(file, columns[i + 1]);
        out.gauge(name, "Sockets: %s of %s.".formatted(columns[i], protocol)).sample(value);
        if (columns[i].equals("mem")) {
          out.gauge(name + "_bytes", "Memory of %s sockets.".formatted(protocol))
              .sample(value * PAGE_BYTES);
        }
      }
    }
  }

  /** Lines come in twos: the names of a protocol's counters, then their values. */
  private void counters(String file, ExpositionText out) throws IOException {
    List<String> lines = files.lines(file);
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      String[] names = ProcFiles.columns(lines.get(i));
      String[] values = ProcFiles.columns(lines.get(i + 1));
      ProcFiles.requireColumns(file, values, names.length);
      for (int column = 1; column < names.length; column++) {
        String counter = names[0].replace(":", "") + "_" + names[column];
        if (PROTOCOL_COUNTERS.matcher(counter).matches()) {
          out.family(
                  "node_netstat_" + counter,
                  MetricType.UNKNOWN,
                  "Counter %s of the network stack.".formatted(counter))
              .sample(ProcFiles.number(file, values[column]));
        }
      }
    }
  }
}
