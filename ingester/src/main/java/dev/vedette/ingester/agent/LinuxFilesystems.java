package dev.vedette.ingester.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/** Room on mounted file systems that hold data, by {@code /proc/self/mounts}. */
final class LinuxFilesystems implements HostCollector {
  // The host's own mounts where they may be read, otherwise those this process sees.
  private static final String HOST_MOUNTS = "proc/1/mounts";
  private static final String OWN_MOUNTS = "proc/self/mounts";

  // Kernel interfaces and images: they have no room to watch.
  private static final Set<String> IGNORED_TYPES =
      Set.of(
          "autofs",
          "binfmt_misc",
          "bpf",
          "cgroup",
          "cgroup2",
          "configfs",
          "debugfs",
          "devpts",
          "devtmpfs",
          "erofs",
          "fusectl",
          "hugetlbfs",
          "iso9660",
          "mqueue",
          "nsfs",
          "overlay",
          "proc",
          "procfs",
          "pstore",
          "rpc_pipefs",
          "securityfs",
          "selinuxfs",
          "squashfs",
          "sysfs",
          "tracefs");
  private static final Pattern IGNORED_MOUNT_POINTS =
      Pattern.compile(
          "/(dev|proc|sys|run/credentials/[^/]+|var/lib/(docker|containers/storage)/[^/]+)(/.*)?");

  private final ProcFiles files;
  private final MountSpaces spaces;

  private record Mount(String device, String mountPoint, String type, boolean readOnly) {}

  private record Room(Mount mount, Optional<MountSpace> space) {}

  LinuxFilesystems(ProcFiles files, MountSpaces spaces) {
    this.files = files;
    this.spaces = spaces;
  }

  @Override
  public String name() {
    return "filesystem";
  }

  @Override
  public void collect(ExpositionText out) throws IOException {
    List<Room> rooms = new ArrayList<>();
    for (Mount mount : mounts()) {
      rooms.add(new Room(mount, spaces.of(mount.mountPoint())));
    }
    value(out, "size_bytes", "Size.", rooms, MountSpace::sizeBytes);
    value(out, "free_bytes", "Unused, reserved room included.", rooms, MountSpace::freeBytes);
    value(out, "avail_bytes", "Unused, for everybody.", rooms, MountSpace::availableBytes);
    value(out, "files", "Inodes.", rooms, MountSpace::files);
    value(out, "files_free", "Unused inodes.", rooms, MountSpace::filesFree);
    for (Room room : rooms) {
      out.gauge("node_filesystem_readonly", "Whether it is mounted read-only.");
      sample(out, room.mount(), room.mount().readOnly() ? 1 : 0);
    }
    for (Room room : rooms) {
      out.gauge("node_filesystem_device_error", "Whether asking for its room failed.");
      sample(out, room.mount(), room.space().isPresent() ? 0 : 1);
    }
  }

  private static void value(
      ExpositionText out,
      String name,
      String help,
      List<Room> rooms,
      ToDoubleFunction<MountSpace> value) {
    for (Room room : rooms) {
      if (room.space().isPresent()) {
        out.gauge("node_filesystem_" + name, help);
        sample(out, room.mount(), value.applyAsDouble(room.space().get()));
      }
    }
  }

  private static void sample(ExpositionText out, Mount mount, double value) {
    out.sample(
        value, "device", mount.device(), "fstype", mount.type(), "mountpoint", mount.mountPoint());
  }

  private Set<Mount> mounts() throws IOException {
    Optional<String> host = files.text(HOST_MOUNTS);
    List<String> lines = host.isPresent() ? host.get().lines().toList() : files.lines(OWN_MOUNTS);
    Set<Mount> mounts = new LinkedHashSet<>();
    for (String line : lines) {
      String[] columns = ProcFiles.columns(line);
      ProcFiles.requireColumns(OWN_MOUNTS, columns, 4);
      String mountPoint = unescape(columns[1]);
      if (!IGNORED_TYPES.contains(columns[2])
          && !IGNORED_MOUNT_POINTS.matcher(mountPoint).matches()) {
        boolean readOnly = List.of(columns[3].split(",")).contains("ro");
        mounts.add(new Mount(unescape(columns[0]), mountPoint, columns[2], readOnly));
      }
    }
    return mounts;
  }

  /** The kernel writes blanks and backslashes in paths as three octal digits. */
  private static String unescape(String path) {
    return path.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
