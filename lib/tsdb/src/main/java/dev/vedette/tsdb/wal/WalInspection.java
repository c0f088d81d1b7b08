package dev.vedette.tsdb.wal;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.tsdb.wal.BodyReader.Malformed;
import dev.vedette.tsdb.wal.WalFolder.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a log holds and where it is damaged, found without changing anything.
 *
 * @param files the newest checkpoint, if any, and the segments, in the order of a replay
 * @param damages every damaged stretch
 * @param kept copies of stretches that were damaged in files which are gone by now
 */
public record WalInspection(List<FileSummary> files, List<WalDamage> damages, List<KeptPart> kept) {
  public WalInspection {
    files = List.copyOf(files);
    damages = List.copyOf(damages);
    kept = List.copyOf(kept);
  }

  /**
   * Bytes that could not be read.
   *
   * @param file named {@code <file of the log>.<offset in it>}
   */
  public record KeptPart(Path file, long bytes) {}

  /**
   * One file in figures; bytes include the frames of the records. Those in packs count with their
   * share of what the pack takes.
   *
   * @param tornBytes bytes at the end of the last segment that a replay would cut off
   */
  public record FileSummary(
      Path file,
      long bytes,
      long series,
      long seriesBytes,
      long samples,
      long sampleBytes,
      long metadataBytes,
      long exemplarBytes,
      long tornBytes) {}

  /** Reads a log's folder; no process may be writing it. */
  public static WalInspection of(FileStore files, Path folder) throws IOException {
    WalFolder.Layout layout = WalFolder.read(files, folder);
    List<WalDamage> damages = new ArrayList<>();
    List<FileSummary> summaries = new ArrayList<>();
    WalScan scan = new WalScan(files, damages::add);
    scan.gaps(layout);
    for (Part part : layout.parts()) {
      Counts counts = new Counts();
      long torn = 0;
      try {
        if (!layout.segments().isEmpty() && part.equals(layout.segments().getLast())) {
          WalScan.End end = scan.last(part, counts);
          torn = end.intactEnd() == 0 && !end.isUnborn() ? 0 : end.size() - end.intactEnd();
        } else {
          scan.closed(List.of(part), counts);
        }
      } catch (Corruption e) {
        damages.add(
            new WalDamage(
                part.path(),
                e.offset(),
                0,
                "what this release writes",
                String.valueOf(e.getMessage())));
      }
      summaries.add(counts.summary(part.path(), files.size(part.path()), torn));
    }
    return new WalInspection(summaries, damages, DamagedParts.list(files, folder));
  }

  private static final class Counts implements WalScan.Records {
    private final RecordDecoder decoder = new RecordDecoder();
    private long series;
    private long seriesBytes;
    private long samples;
    private long sampleBytes;
    private long metadataBytes;
    private long exemplarBytes;

    @Override
    public void record(SegmentReader reader) throws Malformed {
      switch (reader.type()) {
        case WalFormat.SERIES -> {
          series++;
          seriesBytes += reader.recordBytes();
        }
        case WalFormat.EXEMPLAR -> exemplarBytes += reader.recordBytes();
        case WalFormat.NEWEST -> seriesBytes += reader.recordBytes();
        case WalFormat.SAMPLES, WalFormat.HISTOGRAMS -> {
          samples += decoder.sampleCount(reader.buffer(), reader.bodyFrom(), reader.bodyTo());
          sampleBytes += reader.recordBytes();
        }
        case WalFormat.BASES -> sampleBytes += reader.recordBytes();
        case WalFormat.METADATA -> metadataBytes += reader.recordBytes();
        default -> {
          // The END of a checkpoint.
        }
      }
    }

    FileSummary summary(Path file, long bytes, long torn) {
      return new FileSummary(
          file,
          bytes,
          series,
          seriesBytes,
          samples,
          sampleBytes,
          metadataBytes,
          exemplarBytes,
          torn);
    }
  }
}
