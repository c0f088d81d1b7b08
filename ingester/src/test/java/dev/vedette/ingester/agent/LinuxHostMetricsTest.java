package dev.vedette.ingester.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the collectors make of a machine whose kernel files are written here. */
class LinuxHostMetricsTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochMilli(1_700_000_000_500L), ZoneOffset.UTC);

  @TempDir Path root;

  @BeforeEach
  void writeKernelFiles() throws IOException {
    file(
        "proc/stat",
        """
        cpu  30 2 6 4000 8 0 2 0 0 0
        cpu0 10 1 2 1000 4 0 1 0 5 0
        cpu1 20 1 4 3000 4 0 1 0 0 0
        intr 12345 0 9
        ctxt 6789
        btime 1699990000
        processes 42
        procs_running 3
        procs_blocked 1
        softirq 1 2 3
        """);
    file("proc/loadavg", "0.50 1.25 2.00 3/100 999\n");
    file(
        "proc/meminfo",
        """
        MemTotal:       24684096 kB
        Active(anon):        128 kB
        HugePages_Total:       7
        """);
    file(
        "proc/diskstats",
        """
         254       0 vda 10 1 200 1500 20 2 400 2500 3 4000 5000 6 7 8 9000 10 11000
         254       1 vda1 10 1 200 1500 20 2 400 2500 3 4000 5000
           7       0 loop0 1 1 1 1 1 1 1 1 1 1 1
           8       0 sda 1 0 8 0 0 0 0 0 0 0 0
        """);
    file(
        "proc/net/dev",
        """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
          eth0: 100 2 3 4 5 6 7 8 200 10 11 12 13 14 15 16
        """);
    file("sys/class/net/eth0/operstate", "up\n");
    file("sys/class/net/eth0/mtu", "1500\n");
    file("sys/class/net/eth0/speed", "1000\n");
    file("proc/net/sockstat", "sockets: used 290\nTCP: inuse 5 mem 2\n");
    file("proc/net/snmp", "Tcp: ActiveOpens CurrEstab Ignored\nTcp: 4 2 9\n");
    file("proc/net/netstat", "TcpExt: ListenDrops Other\nTcpExt: 1 2\n");
    file("proc/1/mounts", "/dev/vda / ext4 rw,relatime 0 0\n");
    file("proc/sys/fs/file-nr", "1024\t0\t9223372036854775807\n");
    file("proc/vmstat", "pgfault 77\nnr_free_pages 5\noom_kill 1\n");
    file("proc/pressure/memory", "some avg10=0.00 total=1500000\nfull avg10=0.00 total=500000\n");
    file("proc/sys/kernel/hostname", "vm\n");
    file("proc/sys/kernel/osrelease", "6.18.44\n");
    file("proc/sys/kernel/ostype", "Linux\n");
    file("proc/sys/kernel/version", "#1 SMP\n");
    file("proc/sys/kernel/domainname", "(none)\n");
    file("proc/sys/kernel/arch", "x86_64\n");
  }

  @Test
  void cpuSecondsAreSplitByCpuAndMode() {
    assertThat(scrape())
        .contains(
            "# TYPE node_cpu_seconds_total counter",
            "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 10",
            "node_cpu_seconds_total{cpu=\"1\",mode=\"user\"} 0.2",
            "node_cpu_guest_seconds_total{cpu=\"0\",mode=\"user\"} 0.05",
            "node_context_switches_total 6789",
            "node_intr_total 12345",
            "node_boot_time_seconds 1699990000",
            "node_forks_total 42",
            "node_procs_running 3",
            "node_procs_blocked 1")
        .noneMatch(line -> line.contains("cpu=\"\""));
  }

  @Test
  void memoryIsInBytesWhereTheKernelCountsKibibytes() {
    assertThat(scrape())
        .contains(
            "node_memory_MemTotal_bytes 25276514304",
            "node_memory_Active_anon_bytes 131072",
            "node_memory_HugePages_Total 7");
  }

  @Test
  void wholeDisksAreCountedAndPartitionsAreNot() {
    assertThat(scrape())
        .contains(
            "node_disk_read_bytes_total{device=\"vda\"} 102400",
            "node_disk_io_time_seconds_total{device=\"vda\"} 4",
            "node_disk_io_now{device=\"vda\"} 3",
            "node_disk_flush_requests_time_seconds_total{device=\"vda\"} 11",
            "node_disk_reads_completed_total{device=\"sda\"} 1")
        .noneMatch(line -> line.contains("vda1") || line.contains("loop0"))
        .noneMatch(line -> line.startsWith("node_disk_flush") && line.contains("sda"));
  }

  @Test
  void networkDevicesShowTrafficAndState() {
    assertThat(scrape())
        .contains(
            "node_network_receive_bytes_total{device=\"eth0\"} 100",
            "node_network_transmit_compressed_total{device=\"eth0\"} 16",
            "node_network_up{device=\"eth0\"} 1",
            "node_network_mtu_bytes{device=\"eth0\"} 1500",
            "node_network_speed_bytes{device=\"eth0\"} 125000000")
        .noneMatch(line -> line.startsWith("node_network_carrier{"));
  }

  @Test
  void socketsAndProtocolCountersAreTheCommonOnes() {
    assertThat(scrape())
        .contains(
            "node_sockstat_sockets_used 290",
            "node_sockstat_TCP_mem_bytes 8192",
            "node_netstat_Tcp_CurrEstab 2",
            "node_netstat_TcpExt_ListenDrops 1")
        .noneMatch(line -> line.contains("Ignored") || line.contains("TcpExt_Other"));
  }

  @Test
  void theKernelSaysWhoItIs() {
    assertThat(scrape())
        .contains(
            "node_time_seconds 1.7000000005E9",
            "node_load1 0.5",
            "node_load15 2",
            "node_filefd_allocated 1024",
            "node_vmstat_oom_kill 1",
            "node_pressure_memory_stalled_seconds_total 0.5",
            "node_uname_info{domainname=\"(none)\",machine=\"x86_64\",nodename=\"vm\","
                + "release=\"6.18.44\",sysname=\"Linux\",version=\"#1 SMP\"} 1");
  }

  @Test
  void mountsThatHoldDataShowTheirRoom() throws IOException {
    file(
        "proc/1/mounts",
        """
        proc /proc proc rw 0 0
        /dev/vda / ext4 rw,relatime 0 0
        /dev/vda / ext4 rw,relatime 0 0
        tmpfs /sys/fs/cgroup tmpfs rw 0 0
        /dev/sdb /my\\040disk xfs ro,noatime 0 0
        """);

    List<String> lines = scrape();

    assertThat(lines)
        .containsOnlyOnce(
            "node_filesystem_size_bytes{device=\"/dev/vda\",fstype=\"ext4\",mountpoint=\"/\"} 1000")
        .contains(
            "node_filesystem_avail_bytes{device=\"/dev/vda\",fstype=\"ext4\",mountpoint=\"/\"} 300",
            "node_filesystem_files{device=\"/dev/vda\",fstype=\"ext4\",mountpoint=\"/\"} 50",
            "node_filesystem_readonly{device=\"/dev/sdb\",fstype=\"xfs\",mountpoint=\"/my disk\"}"
                + " 1")
        .noneMatch(line -> line.contains("cgroup") || line.contains("/proc\""));
  }

  @Test
  void aMountThatDoesNotAnswerIsReportedAndNotWaitedForAgain() {
    CountDownLatch never = new CountDownLatch(1);
    int[] asked = {0};
    MountSpaces spaces =
        new MountSpaces(
            mountPoint -> {
              asked[0]++;
              try {
                never.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              throw new IOException("the server is gone");
            },
            Duration.ofMillis(1));
    HostMetrics host = HostMetrics.linux(root, CLOCK, spaces);

    String first = new String(host.scrape(), UTF_8);
    String second = new String(host.scrape(), UTF_8);
    never.countDown();

    String error =
        "node_filesystem_device_error{device=\"/dev/vda\",fstype=\"ext4\",mountpoint=\"/\"} 1\n";
    assertThat(first).contains(error).doesNotContain("node_filesystem_size_bytes");
    assertThat(second).contains(error);
    assertThat(asked[0]).isLessThanOrEqualTo(1);
  }

  @Test
  void anAreaThatCannotBeReadIsLeftOutAndTheOthersStay() throws IOException {
    file("proc/meminfo", "MemTotal: many kB\n");

    assertThat(scrape())
        .contains(
            "node_scrape_collector_success{collector=\"meminfo\"} 0",
            "node_scrape_collector_success{collector=\"stat\"} 1",
            "node_load1 0.5");
  }

  @Test
  void roomOnAMountIsWhatTheSystemSays() throws IOException {
    MountSpaces real = new MountSpaces(StatVfs.ofThisSystem());

    Optional<MountSpace> here = real.of(root.toString());

    assertThat(here).isPresent();
    assertThat(here.get().sizeBytes()).isEqualTo((double) Files.getFileStore(root).getTotalSpace());
    assertThat(real.of(root.resolve("missing").toString())).isEmpty();
  }

  private List<String> scrape() {
    MountSpaces spaces = new MountSpaces(mountPoint -> new MountSpace(1000, 400, 300, 50, 40));
    byte[] text = HostMetrics.linux(root, CLOCK, spaces).scrape();
    return new String(text, UTF_8).lines().toList();
  }

  private void file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
