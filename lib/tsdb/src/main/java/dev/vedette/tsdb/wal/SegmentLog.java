package dev.vedette.tsdb.wal;

import dev.vedette.model.FileStore;
import dev.vedette.model.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments as the committer writes them. After a failure the segment is not written again, for
 * what an fsync that failed has left on disk is anyone's guess: it is cut back to its last durable
 * byte and a new one follows. Confined to the committer's thread, but for {@link #number}.
 */
final class SegmentLog {
  private static final Logger log = LoggerFactory.getLogger(SegmentLog.class);

  private final FileStore files;
  private final Path folder;
  private final WalSettings settings;
  private final Ticker ticker;
  private final WalMetrics metrics;
  private final IntSupplier salts;
  private final List<Broken> broken = new ArrayList<>();
  private @Nullable SegmentWriter current;
  private long next;
  private volatile long number;

  /** A segment with bytes behind its durable ones. */
  private record Broken(Path path, long durableBytes) {}

  SegmentLog(
      FileStore files,
      Path folder,
      WalSettings settings,
      Ticker ticker,
      WalMetrics metrics,
      IntSupplier salts) {
    this.files = files;
    this.folder = folder;
    this.settings = settings;
    this.ticker = ticker;
    this.metrics = metrics;
    this.salts = salts;
  }

  /** Begins the first segment of this process; {@link #makeReady} tries again where that fails. */
  void begin(long firstNumber) throws IOException {
    next = firstNumber;
    current = create();
  }

  /** Number of the segment begun last; any thread. */
  long number() {
    return number;
  }

  int salt() {
    return salts.getAsInt();
  }

  /** Makes sure that there is a sound segment with room for so many bytes. */
  void makeReady(int length) throws IOException {
    SegmentWriter segment = current;
    if (segment == null) {
      broken.removeIf(this::cutBack);
      current = create();
    } else if (segment.position() > FileHeader.BYTES
        && segment.position() + length > settings.segmentBytes()) {
      roll();
    }
  }

  /** Writes whole records and returns when they are durable. */
  void commit(byte[] records, int length) throws IOException {
    SegmentWriter segment = current;
    if (segment == null) {
      throw new IOException("no segment is open");
    }
    long start = ticker.nanos();
    segment.write(records, length);
    segment.force();
    metrics.fsyncSeconds.observe((ticker.nanos() - start) / 1e9);
  }

  void roll() throws IOException {
    SegmentWriter segment = current;
    if (segment != null) {
      segment.close();
    }
    current = create();
  }

  /** Gives the segment up after a failure. */
  void abandon(IOException cause) {
    SegmentWriter segment = current;
    if (segment != null) {
      segment.closeAfter(cause);
      if (segment.position() > segment.durableBytes()) {
        broken.add(new Broken(segment.path(), segment.durableBytes()));
      }
      current = null;
    }
    // At once, for on a full disk this gives back what the failed write took.
    broken.removeIf(this::cutBack);
    broken.forEach(
        left ->
            log.warn(
                "a failed write could not be cut off, a replay skips it: file={} offset={}",
                left.path(),
                left.durableBytes()));
  }

  private boolean cutBack(Broken segment) {
    try {
      if (segment.durableBytes() < FileHeader.BYTES) {
        files.delete(segment.path());
      } else if (files.exists(segment.path())) {
        try (FileStore.AppendFile file = files.append(segment.path(), segment.durableBytes())) {
          file.force();
        }
      }
      return true;
    } catch (IOException e) {
      log.debug("cutting {} back failed", segment, e);
      return false;
    }
  }

  private SegmentWriter create() throws IOException {
    while (files.exists(WalFolder.segment(folder, next))) {
      next++; // Left by an attempt that failed and could not be deleted either.
    }
    Path path = WalFolder.segment(folder, next);
    FileHeader header = new FileHeader(FileHeader.Kind.SEGMENT, next, salts.getAsInt());
    SegmentWriter segment = null;
    try {
      segment = SegmentWriter.create(files, path, header);
      segment.force();
      files.syncFolder(folder);
    } catch (IOException e) {
      if (segment != null) {
        segment.closeAfter(e);
      }
      broken.removeIf(other -> other.path().equals(path));
      broken.add(new Broken(path, 0));
      current = null;
      throw e;
    }
    next++;
    number = header.number();
    metrics.segment.set(number);
    return segment;
  }

  void close() throws IOException {
    if (current != null) {
      current.close();
    }
  }
}
