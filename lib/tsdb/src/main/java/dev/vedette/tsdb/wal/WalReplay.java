package dev.vedette.tsdb.wal;

import dev.vedette.model.FileStore;
import dev.vedette.tsdb.wal.BodyReader.Malformed;
import dev.vedette.tsdb.wal.WalFolder.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a log from its checkpoint on, and mends what a crash left. One use, one thread. */
final class WalReplay {
  private static final Logger log = LoggerFactory.getLogger(WalReplay.class);

  private final FileStore files;
  private final Path folder;
  private final WalVisitor visitor;
  private final WalMetrics metrics;
  private final RecordDecoder decoder = new RecordDecoder();
  private final List<WalDamage> damages = new ArrayList<>();
  private long records;
  private long series;
  private long samples;
  private long bytes;
  private long tornBytes;
  private long nextSegment = 1;

  WalReplay(FileStore files, Path folder, WalVisitor visitor, WalMetrics metrics) {
    this.files = files;
    this.folder = folder;
    this.visitor = visitor;
    this.metrics = metrics;
  }

  ReplayReport run() throws IOException {
    try {
      return read();
    } finally {
      metrics.histogramBytes.set(0);
    }
  }

  private ReplayReport read() throws IOException {
    WalFolder.Layout layout = WalFolder.read(files, folder);
    WalScan scan = new WalScan(files, this::damage);
    scan.gaps(layout);
    List<Part> parts = layout.parts();
    nextSegment = layout.lastSegment() + 1;
    if (!layout.segments().isEmpty()) {
      Part last = parts.removeLast();
      scan.closed(parts, this::record);
      mend(last, scan.last(last, this::record));
    } else {
      scan.closed(parts, this::record);
    }
    layout.leftover().forEach(path -> WalFolder.deleteIgnored(files, path));
    files.syncFolder(folder);
    return new ReplayReport(records, series, samples, bytes, tornBytes, damages);
  }

  /** The first number that no segment has. */
  long nextSegment() {
    return nextSegment;
  }

  private void record(SegmentReader reader) throws Malformed {
    byte[] buffer = reader.buffer();
    int from = reader.bodyFrom();
    int to = reader.bodyTo();
    switch (reader.type()) {
      case WalFormat.SERIES -> {
        decoder.series(buffer, from, to, visitor);
        series++;
      }
      case WalFormat.SAMPLES -> samples += decoder.samples(buffer, from, to, visitor);
      case WalFormat.HISTOGRAMS -> samples += decoder.histograms(buffer, from, to, visitor);
      case WalFormat.BASES -> decoder.bases(buffer, from, to);
      case WalFormat.EXEMPLAR -> decoder.exemplar(buffer, from, to, visitor);
      case WalFormat.NEWEST -> decoder.newest(buffer, from, to, visitor::newest);
      case WalFormat.METADATA -> decoder.metadata(buffer, from, to, visitor);
      default -> {
        // The END of a checkpoint says nothing to a visitor.
      }
    }
    metrics.histogramBytes.set(decoder.baseBytes());
    records++;
    bytes += reader.recordBytes();
  }

  /**
   * Cuts a torn end off, so that it is not taken for damage once another segment follows. What was
   * read may so far be in the machine's memory only, if just the process died: it is forced before
   * anyone builds on it.
   */
  private void mend(Part last, WalScan.End end) throws IOException {
    if (end.isUnborn()) {
      log.info("segment never got its header, removed: file={} bytes={}", last.path(), end.size());
      files.delete(last.path());
      nextSegment = last.number();
      return;
    }
    if (end.intactEnd() == 0) {
      return; // No header to trust: kept as it is, reported as damage.
    }
    if (end.isTorn()) {
      tornBytes = end.size() - end.intactEnd();
      log.warn(
          "torn end of the log cut off: file={} offset={} bytes={}",
          last.path(),
          end.intactEnd(),
          tornBytes);
    }
    try (FileStore.AppendFile file = files.append(last.path(), end.intactEnd())) {
      file.force();
    }
  }

  private void damage(WalDamage damage) {
    metrics.damages.inc();
    log.error(
        "the log is damaged: file={} offset={} bytes={} expected={} found={}",
        damage.file(),
        damage.offset(),
        damage.bytes(),
        damage.expected(),
        damage.found());
    if (damages.size() < ReplayReport.MAX_DAMAGES) {
      damages.add(damage);
    }
    visitor.damage(damage);
  }
}
