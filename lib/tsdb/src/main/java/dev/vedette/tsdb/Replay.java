package dev.vedette.tsdb;

import dev.vedette.model.ErrorId;
import dev.vedette.model.FileStore;
import dev.vedette.model.Histogram;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.tsdb.head.Head;
import dev.vedette.tsdb.head.HeadRestore;
import dev.vedette.tsdb.wal.ReplayReport;
import dev.vedette.tsdb.wal.Wal;
import dev.vedette.tsdb.wal.WalVisitor;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the log back into the head at start, flushing early where memory would not do. */
final class Replay {
  private static final Logger log = LoggerFactory.getLogger(Replay.class);
  private static final int SAMPLES_PER_LOOK = 1 << 16;

  // In relation to what memory may hold.
  private static final double RETRY_STEP = 0.25;

  private final TsdbConfig config;
  private final Head head;
  private final Wal wal;
  private final Maintenance maintenance;
  private final Ticker ticker;
  private final TsdbMetrics metrics;
  private final double hardLimit;

  Replay(
      TsdbConfig config,
      Head head,
      Wal wal,
      Maintenance maintenance,
      Ticker ticker,
      TsdbMetrics metrics) {
    this.config = config;
    this.head = head;
    this.wal = wal;
    this.maintenance = maintenance;
    this.ticker = ticker;
    this.metrics = metrics;
    this.hardLimit = (double) config.hardHeadBytes() / config.maxHeadBytes();
  }

  void run() {
    long begun = ticker.nanos();
    HeadRestore restore = head.restore();
    Visitor visitor = new Visitor(restore);
    ReplayReport report = wal.replay(visitor);
    restore.finish();
    if (restore.newestMillis() != Long.MIN_VALUE) {
      maintenance.heardUntil(restore.newestMillis());
    }
    double seconds = (ticker.nanos() - begun) / 1e9;
    metrics.replaySeconds.set(seconds);
    metrics.replaySamples.set((double) report.samples());
    log.info(
        "log read: series={} samples={} strays={} bytes={} tornBytes={} damages={} seconds={}",
        head.series(),
        report.samples(),
        restore.strays(),
        report.bytes(),
        report.tornBytes(),
        report.damages().size(),
        seconds);
    if (visitor.hasFlushed) {
      cutLog();
    }
  }

  /** What went into blocks on the way, or the next start would read it again. */
  private void cutLog() {
    try {
      maintenance.flushAll();
    } catch (Unavailable e) {
      log.warn("the log is cut later", e);
    }
  }

  private final class Visitor implements WalVisitor {
    private final HeadRestore restore;
    private boolean hasFlushed;
    private double nextFlushAt = 1;
    private int untilLook = SAMPLES_PER_LOOK;

    Visitor(HeadRestore restore) {
      this.restore = restore;
    }

    @Override
    public void series(int ref, TenantId tenant, byte[] bytes, int from, int to) {
      restore.series(ref, tenant, bytes, from, to);
    }

    @Override
    public void sample(int ref, long timestampMillis, long valueBits) {
      restore.sample(ref, timestampMillis, valueBits);
      look();
    }

    private void look() {
      if (--untilLook == 0) {
        untilLook = SAMPLES_PER_LOOK;
        if (fullness() > nextFlushAt) {
          flush();
        }
      }
    }

    /** What is in memory in relation to what may be. */
    private double fullness() {
      return Math.max(
          (double) head.chunkBytes() / config.maxHeadBytes(),
          (double) head.lateBytes() / config.head().lateBytes());
    }

    /** Where that fails it goes on up to the bound at which writes are refused. */
    private void flush() {
      hasFlushed = true;
      try {
        maintenance.flushDuringReplay();
        nextFlushAt = 1;
      } catch (IOException | Unavailable e) {
        double now = fullness();
        if (now > hardLimit) {
          throw new Unavailable(
              e instanceof IOException failure && FileStore.isFull(failure)
                  ? ErrorId.DISK_FULL
                  : ErrorId.STORAGE_UNAVAILABLE,
              "the log holds more samples than memory may, and they cannot be moved into blocks: "
                  + e.getMessage(),
              "free space on the disk under --data, or give the server more memory, and start it"
                  + " again; no sample is lost",
              e);
        }
        nextFlushAt = now + RETRY_STEP;
        log.warn("samples stay in memory, for they cannot be moved into blocks now", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Unavailable(
            ErrorId.STORAGE_UNAVAILABLE, "the start was interrupted", "start it again", e);
      }
    }

    @Override
    public void sample(int ref, long timestampMillis, long valueBits, long startMillis) {
      restore.sample(ref, timestampMillis, valueBits, startMillis);
      look();
    }

    @Override
    public void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis) {
      restore.histogram(ref, timestampMillis, histogram, startMillis);
      look();
    }

    @Override
    public void lostHistogram(int ref, long timestampMillis) {
      restore.stray();
    }

    @Override
    public void exemplar(int ref, long timestampMillis, long valueBits, byte[] labels) {
      restore.exemplar(ref, timestampMillis, valueBits, labels);
    }

    @Override
    public void newest(int ref, long timestampMillis, long valueBits) {
      restore.newest(ref, timestampMillis, valueBits);
    }

    @Override
    public void metadata(TenantId tenant, MetricMetadata family) {
      restore.metadata(tenant, family);
    }
  }
}
