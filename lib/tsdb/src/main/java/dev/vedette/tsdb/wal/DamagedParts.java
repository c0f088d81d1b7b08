package dev.vedette.tsdb.wal;

import dev.vedette.model.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of the stretches of the log that nobody could read, made before a checkpoint deletes the
 * files they are in: bytes as found, in {@code damaged/<file>.<offset>}, for whoever may get at
 * more. At most {@code maxBytes} in {@link #MAX_FILES} files; what is beyond is named in the
 * server's log and counted, and goes. So does what the disk does not give at the {@link
 * #MAX_TRIES}th try, for a log must get shorter. One thread.
 */
final class DamagedParts {
  static final int MAX_FILES = 1000;
  static final int MAX_TRIES = 3;
  private static final Logger log = LoggerFactory.getLogger(DamagedParts.class);
  private static final String FOLDER = "damaged";
  private static final String TEMPORARY = ".tmp";
  private static final int SLICE_BYTES = 256 << 10;

  private final FileStore files;
  private final Path logFolder;
  private final Path folder;
  private final long maxBytes;
  private final WalMetrics metrics;
  // By what was to be the name of the copy.
  private final Map<Path, Integer> failures = new HashMap<>();

  DamagedParts(FileStore files, Path logFolder, long maxBytes, WalMetrics metrics) {
    this.files = files;
    this.logFolder = logFolder;
    this.folder = logFolder.resolve(FOLDER);
    this.maxBytes = maxBytes;
    this.metrics = metrics;
  }

  /** What was kept of a log, the first first. */
  static List<WalInspection.KeptPart> list(FileStore files, Path logFolder) throws IOException {
    Path folder = logFolder.resolve(FOLDER);
    List<WalInspection.KeptPart> kept = new ArrayList<>();
    if (files.exists(folder)) {
      for (Path file : files.list(folder)) {
        if (!file.toString().endsWith(TEMPORARY)) {
          kept.add(new WalInspection.KeptPart(file, files.size(file)));
        }
      }
    }
    return kept;
  }

  /** Keeps stretches of files that are about to go; durable when this returns. */
  void keep(List<WalDamage> damages) throws IOException {
    List<WalDamage> unread = damages.stream().filter(damage -> damage.bytes() > 0).toList();
    if (unread.isEmpty()) {
      return;
    }
    files.createFolders(folder);
    long bytes = 0;
    int count = 0;
    for (WalInspection.KeptPart part : list(files, logFolder)) {
      bytes += part.bytes();
      count++;
    }
    for (WalDamage damage : unread) {
      Path copy = folder.resolve(damage.file().getFileName() + "." + damage.offset());
      if (files.exists(copy)) {
        continue; // By a checkpoint that then failed.
      }
      if (count == MAX_FILES || bytes + damage.bytes() > maxBytes) {
        drop(damage);
      } else if (copy(damage, copy)) {
        bytes += damage.bytes();
        count++;
      }
    }
    files.syncFolder(folder);
    files.syncFolder(logFolder);
  }

  private void drop(WalDamage damage) {
    metrics.damagedBytesDropped.inc(damage.bytes());
    log.error(
        "a damaged part of the log is not kept in {}: file={} offset={} bytes={}",
        folder,
        damage.file(),
        damage.offset(),
        damage.bytes());
  }

  /**
   * Returns false where the disk does not give the bytes however often it is asked.
   *
   * @throws IOException where it may the next time, or where it does not take them
   */
  private boolean copy(WalDamage damage, Path copy) throws IOException {
    Path temporary = copy.resolveSibling(copy.getFileName() + TEMPORARY);
    files.delete(temporary);
    try (FileStore.ReadFile from = files.open(damage.file());
        FileStore.AppendFile to = files.create(temporary)) {
      byte[] slice = new byte[(int) Math.min(SLICE_BYTES, damage.bytes())];
      for (long done = 0; done < damage.bytes(); ) {
        int wanted = (int) Math.min(slice.length, damage.bytes() - done);
        int read = read(from, ByteBuffer.wrap(slice, 0, wanted), damage.offset() + done);
        to.write(ByteBuffer.wrap(slice, 0, read));
        done += read;
      }
      to.force();
    } catch (Unreadable e) {
      files.delete(temporary);
      if (failures.merge(copy, 1, Integer::sum) < MAX_TRIES) {
        throw e;
      }
      drop(damage);
      return false;
    }
    files.rename(temporary, copy);
    failures.remove(copy);
    metrics.damagedBytesKept.inc(damage.bytes());
    log.warn(
        "a damaged part of the log is kept: file={} offset={} bytes={} as={}",
        damage.file(),
        damage.offset(),
        damage.bytes(),
        copy);
    return true;
  }

  private static int read(FileStore.ReadFile from, ByteBuffer into, long offset) throws Unreadable {
    int read;
    try {
      read = from.read(into, offset);
    } catch (IOException e) {
      throw new Unreadable("a damaged part of the log cannot be read at " + offset, e);
    }
    if (read <= 0) {
      throw new Unreadable("a damaged part of the log ends at " + offset, null);
    }
    return read;
  }

  /** Of the file that is copied, not of the copy. */
  private static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1;

    Unreadable(String message, @Nullable IOException cause) {
      super(message, cause);
    }
  }
}
