package dev.vedette.tsdb.wal;

import dev.vedette.model.FileStore;
import dev.vedette.model.Histogram;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.wal.BodyReader.Malformed;
import dev.vedette.tsdb.wal.WalFolder.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one checkpoint, its records in packs. It counts from the moment its rename is durable;
 * only then are the files it replaces deleted, and a replay ignores those of them that a crash
 * left. Of histograms it holds the last one of each series that it keeps meanwhile ({@link
 * RecordDecoder}). One use, one thread.
 */
final class WalCheckpoint {
  private static final Logger log = LoggerFactory.getLogger(WalCheckpoint.class);
  private static final int BUFFER_BYTES = 64 << 10;

  private final FileStore files;
  private final Path folder;
  private final long belowSegment;
  private final WalKeep keep;
  private final WalMetrics metrics;
  private final DamagedParts damagedParts;
  private final int salt;
  private final RoaringBitmap refused = new RoaringBitmap();
  private final RecordDecoder decoder = new RecordDecoder(ref -> !refused.contains(ref));
  private final WalRecords out = new WalRecords();
  private final Needed needed = new Needed();
  private final RoaringBitmap written = new RoaringBitmap();
  private final Map<Family, MetricMetadata> metadata = new LinkedHashMap<>();
  private final List<WalDamage> damages = new ArrayList<>();
  private long samples;
  private long strays;

  private record Family(TenantId tenant, String name) {}

  WalCheckpoint(
      FileStore files,
      Path folder,
      long belowSegment,
      WalKeep keep,
      DamagedParts damagedParts,
      WalMetrics metrics,
      int salt) {
    this.files = files;
    this.folder = folder;
    this.belowSegment = belowSegment;
    this.keep = keep;
    this.damagedParts = damagedParts;
    this.metrics = metrics;
    this.salt = salt;
  }

  CheckpointReport run() throws IOException {
    WalFolder.Layout layout = WalFolder.read(files, folder);
    List<Part> parts =
        layout.parts().stream().filter(part -> part.number() < belowSegment).toList();
    if (parts.isEmpty()) {
      return new CheckpointReport(0, 0, 0, 0, 0);
    }
    long bytesBefore = 0;
    for (Part part : parts) {
      bytesBefore += files.size(part.path());
    }
    Path checkpoint = WalFolder.checkpoint(folder, belowSegment);
    long bytesAfter = write(WalFolder.temporary(checkpoint), parts);
    damagedParts.keep(damages);
    files.rename(WalFolder.temporary(checkpoint), checkpoint);
    files.syncFolder(folder);
    parts.forEach(part -> WalFolder.deleteIgnored(files, part.path()));
    layout.leftover().forEach(path -> WalFolder.deleteIgnored(files, path));
    files.syncFolder(folder);
    CheckpointReport report =
        new CheckpointReport(
            written.getLongCardinality(), samples, strays, bytesBefore, bytesAfter);
    log.info(
        "checkpoint written: file={} series={} samples={} strays={} bytesBefore={} bytesAfter={}",
        checkpoint,
        report.series(),
        report.samples(),
        report.strays(),
        bytesBefore,
        bytesAfter);
    return report;
  }

  private long write(Path temporary, List<Part> parts) throws IOException {
    files.delete(temporary);
    SegmentWriter writer = null;
    try {
      writer =
          SegmentWriter.create(
              files, temporary, new FileHeader(FileHeader.Kind.CHECKPOINT, belowSegment, salt));
      try (PackWriter packs = new PackWriter(writer, PackWriter.PACK_BYTES)) {
        new WalScan(files, this::damage).closed(parts, reader -> record(reader, packs));
        writeBases(packs);
        writeExemplars(packs);
        for (Map.Entry<Family, MetricMetadata> entry : metadata.entrySet()) {
          out.metadata(entry.getKey().tenant(), entry.getValue());
          flush(packs, BUFFER_BYTES);
        }
        flush(packs, 1);
        packs.finish();
      }
      // In no pack, so that the end is seen to be there whatever a pack may be worth.
      out.end(written.getLongCardinality(), samples);
      writer.write(out.bytes(), out.sizeBytes());
      writer.force();
      writer.close();
      return writer.position();
    } catch (IOException | RuntimeException e) {
      discard(temporary, writer, e);
      throw e;
    } finally {
      metrics.histogramBytes.set(0);
    }
  }

  private void record(SegmentReader reader, PackWriter into) throws IOException, Malformed {
    byte[] buffer = reader.buffer();
    int from = reader.bodyFrom();
    int to = reader.bodyTo();
    switch (reader.type()) {
      case WalFormat.SERIES -> {
        int ref = decoder.seriesRef(buffer, from, to);
        if (!keep.series(ref)) {
          refused.add(ref);
        } else if (written.checkedAdd(ref)) {
          out.copy(buffer, from - 1, to);
          keep.newest(ref, out::newest);
        }
      }
      case WalFormat.SAMPLES -> decoder.samples(buffer, from, to, needed);
      case WalFormat.HISTOGRAMS -> decoder.histograms(buffer, from, to, needed);
      case WalFormat.BASES -> decoder.bases(buffer, from, to);
      case WalFormat.METADATA -> decoder.metadata(buffer, from, to, needed);
      default -> {
        // END and NEWEST of the checkpoint before this one, and exemplars: see writeExemplars.
      }
    }
    metrics.histogramBytes.set(decoder.baseBytes());
    flush(into, BUFFER_BYTES);
  }

  /**
   * Segments behind the checkpoint may hold changes of histograms that are in blocks by now. Those
   * that are kept as samples are the last of their series anyhow.
   */
  private void writeBases(PackWriter into) throws IOException {
    decoder.forEachBase(
        (ref, timestampMillis, histogram) -> {
          if (written.contains(ref) && !keep.sample(ref, timestampMillis)) {
            out.base(ref, timestampMillis, histogram);
            flush(into, BUFFER_BYTES);
          }
        });
  }

  /** Memory has all exemplars that are worth keeping, and no others are. */
  private void writeExemplars(PackWriter into) throws IOException {
    List<IOException> failures = new ArrayList<>(1);
    keep.exemplars(
        (ref, timestampMillis, valueBits, labels) -> {
          if (written.contains(ref) && failures.isEmpty()) {
            out.exemplar(ref, timestampMillis, valueBits, labels);
            try {
              flush(into, BUFFER_BYTES);
            } catch (IOException e) {
              failures.add(e);
            }
          }
        });
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }

  private void flush(PackWriter into, int fromBytes) throws IOException {
    if (out.sizeBytes() >= fromBytes) {
      into.write(out);
      out.clear();
    }
  }

  private void discard(Path temporary, @Nullable SegmentWriter writer, Exception failure) {
    try {
      if (writer != null) {
        writer.close();
      }
      files.delete(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e); // A replay deletes it.
    }
  }

  private void damage(WalDamage damage) {
    metrics.damages.inc();
    if (damages.size() < DamagedParts.MAX_FILES) {
      damages.add(damage);
    }
    log.error(
        "a damaged part of the log is left out of its checkpoint: file={} offset={} bytes={} found={}",
        damage.file(),
        damage.offset(),
        damage.bytes(),
        damage.found());
  }

  /** Keeps samples that are needed and the last metadata of each family. */
  private final class Needed implements WalVisitor {
    @Override
    public void series(int ref, TenantId tenant, byte[] bytes, int from, int to) {
      throw new IllegalStateException("BUG: a series in a record of another type");
    }

    @Override
    public void sample(int ref, long timestampMillis, long valueBits) {
      if (keep.sample(ref, timestampMillis)) {
        out.sample(ref, timestampMillis, valueBits);
        samples++;
      }
    }

    @Override
    public void sample(int ref, long timestampMillis, long valueBits, long startMillis) {
      if (keep.sample(ref, timestampMillis)) {
        out.sample(ref, timestampMillis, valueBits, startMillis);
        samples++;
      }
    }

    @Override
    public void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis) {
      if (keep.sample(ref, timestampMillis)) {
        out.histogram(ref, timestampMillis, histogram, startMillis);
        samples++;
      }
    }

    @Override
    public void lostHistogram(int ref, long timestampMillis) {
      if (keep.sample(ref, timestampMillis)) {
        strays++;
      }
    }

    @Override
    public void metadata(TenantId tenant, MetricMetadata family) {
      metadata.put(new Family(tenant, family.family()), family);
    }
  }
}
