package dev.vedette.ingester.scrape;

import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TargetSource.Health;
import dev.vedette.model.WriteBatch;
import dev.vedette.wire.exposition.ExpositionFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Scrapes one target: fetch, read, mark what ended, report, write. Remembers the target's series
 * from one scrape to the next. Scrapes run one at a time under {@link #lock}; {@link #last} and
 * {@link #families} may be asked from any thread.
 */
final class TargetScraper {
  private final ScrapeContext context;
  private final Labels labels;
  private final SeriesCache cache = new SeriesCache();
  private final TargetReport report;
  private final ReentrantLock lock = new ReentrantLock();
  private PageReader.@Nullable Rules rules;
  private @Nullable ExpositionFormat format;
  private long metadataSent;
  private long familiesRead;
  private volatile List<MetricMetadata> families = List.of();
  private volatile Last last = Last.NONE;

  /** How the last scrape went. */
  record Last(Health health, String error, Optional<Instant> begun, Duration took, long cache) {
    static final Last NONE = new Last(Health.UNKNOWN, "", Optional.empty(), Duration.ZERO, 0);
  }

  TargetScraper(ScrapeContext context, Labels labels) {
    this.context = context;
    this.labels = labels;
    this.report = new TargetReport(cache.series(), labels);
  }

  Last last() {
    return last;
  }

  /** What the target said of its metric families, as of the last page that was stored. */
  List<MetricMetadata> families() {
    return families;
  }

  /** Scrapes once. Blocks until the samples are written. */
  void scrape(PoolRuntime pool, FoundTarget target, ScrapeSchedule schedule, long dueMillis) {
    lock.lock();
    try {
      boolean permitted = permit(target.timeout());
      ScrapeBuffers buffers = context.buffers().take();
      context.metrics().running.inc();
      try {
        long millis = schedule.timestamp(dueMillis, context.clock().millis());
        run(pool, target, millis, permitted, buffers);
      } finally {
        context.metrics().running.dec();
        context.buffers().giveBack(buffers);
        if (permitted) {
          context.running().release();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean permit(Duration patience) {
    try {
      return context.running().tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void run(
      PoolRuntime pool, FoundTarget target, long millis, boolean permitted, ScrapeBuffers buffers) {
    long begun = context.ticker().nanos();
    context.metrics().scrapes.inc();
    useRules(pool.rules());
    buffers.reader.nothing();
    cache.beginPage();
    WriteBatch batch = buffers.batch;
    buffers.beginBatch(cache.series().labels());
    ScrapeFailure failure = null;
    long bodyBytes = 0;
    boolean metadata = false;
    try {
      requirePermit(permitted);
      Page page = fetch(pool, target, buffers);
      bodyBytes = page.length();
      useFormat(page.format());
      read(page, new PageReader.Reading(labels, pool.rules(), millis), buffers);
      metadata = addMetadata(page, buffers);
    } catch (ScrapeFailure e) {
      failure = e;
      bodyBytes = e.reason() == ScrapeFailure.Reason.BODY_SIZE_LIMIT ? -1 : bodyBytes;
      // Nothing of a failed page counts: all series end here.
      buffers.beginBatch(cache.series().labels());
      cache.beginPage();
    }
    addEnded(millis, batch);
    long took = context.ticker().nanos() - begun;
    report.add(
        figures(buffers.reader, failure == null, took, target, pool, bodyBytes),
        pool.config().extraMetrics(),
        millis,
        batch);
    batch.replaceBytes(cache.series().labels());
    SampleWriter.Written written = context.writer().write(batch);
    cache.series().settle(written.taken());
    if (metadata && written.taken()) {
      metadataSent = buffers.reader.metadataHash();
      families = context.families().of(batch.metadata());
    }
    if (failure == null) {
      cache.evict();
    }
    context.metrics().duplicates.inc(buffers.reader.duplicates());
    finish(failure, written.refused(), millis, begun);
  }

  /** Known lines keep their labels, unless types or units may be among them and are others now. */
  private void read(Page page, PageReader.Reading reading, ScrapeBuffers buffers)
      throws ScrapeFailure {
    boolean mayBeOld = cache.lineCount() > 0 && reading.rules().config().typeLabels();
    buffers.reader.read(page, cache, reading, buffers);
    long families = buffers.reader.metadataHash();
    if (mayBeOld && families != familiesRead) {
      cache.forgetLines();
      cache.beginPage();
      buffers.beginBatch(cache.series().labels());
      buffers.reader.read(page, cache, reading, buffers);
    }
    familiesRead = families;
  }

  private static void requirePermit(boolean permitted) throws ScrapeFailure {
    if (!permitted) {
      throw new ScrapeFailure(
          ScrapeFailure.Reason.CONCURRENCY_LIMIT,
          "too many scrapes were under way all the time; lengthen intervals, shorten timeouts of"
              + " targets that hang, or let another process scrape some");
    }
  }

  private static Page fetch(PoolRuntime pool, FoundTarget target, ScrapeBuffers buffers)
      throws ScrapeFailure {
    long limit = pool.config().samples().limits().bodyBytes();
    return pool.fetcher()
        .fetch(new PageFetcher.Request(target.url(), target.timeout(), limit), buffers);
  }

  /** Other rules make other series of the same text. */
  private void useRules(PageReader.Rules now) {
    if (rules != null && !rules.equals(now)) {
      cache.forgetLines();
    }
    rules = now;
  }

  private void useFormat(ExpositionFormat now) {
    if (format != null && format != now) {
      cache.forgetLines();
    }
    format = now;
  }

  private boolean addMetadata(Page page, ScrapeBuffers buffers) {
    boolean changed = buffers.reader.metadataHash() != metadataSent;
    if (changed) {
      buffers.reader.readMetadata(page, buffers.batch);
    }
    return changed;
  }

  /** Marks the series that were there the last time and are not now. */
  private void addEnded(long millis, WriteBatch batch) {
    SeriesTable series = cache.series();
    if (series.anyEnded()) {
      int markers = 0;
      for (int ended = series.nextEnded(0); ended >= 0; ended = series.nextEnded(ended + 1)) {
        PageReader.add(series, ended, batch);
        batch.addSample(millis, SpecialValues.STALE_BITS);
        markers++;
      }
      context.metrics().staleMarkers.inc(markers);
    }
  }

  private static TargetReport.Figures figures(
      PageReader reader,
      boolean up,
      long tookNanos,
      FoundTarget target,
      PoolRuntime pool,
      long bodyBytes) {
    return new TargetReport.Figures(
        up,
        tookNanos / 1e9,
        reader.scraped(),
        reader.afterRelabelling(),
        reader.added(),
        target.timeout().toNanos() / 1e9,
        pool.config().samples().limits().samples(),
        bodyBytes);
  }

  /** A target whose samples were not stored did answer, so it is up; why they were not is shown. */
  private void finish(
      @Nullable ScrapeFailure failure, String refused, long millis, long begunNanos) {
    long took = context.ticker().nanos() - begunNanos;
    context.metrics().seconds.observe(took / 1e9);
    if (failure != null) {
      context.metrics().failures.labelValues(failure.reason().text()).inc();
    }
    last =
        new Last(
            failure == null ? Health.UP : Health.DOWN,
            failure == null ? refused : String.valueOf(failure.getMessage()),
            Optional.of(Instant.ofEpochMilli(millis)),
            Duration.ofNanos(took),
            cache.bytes());
  }

  /** The target is gone for good: all its series end at an instant. False to be asked again. */
  boolean end(long millis) {
    lock.lock();
    ScrapeBuffers buffers = context.buffers().take();
    try {
      cache.beginPage();
      buffers.beginBatch(cache.series().labels());
      addEnded(millis, buffers.batch);
      if (last.begun().isEmpty()) {
        return true;
      }
      report.addEnd(millis, buffers.batch);
      boolean taken = context.writer().write(buffers.batch).taken();
      cache.series().settle(taken);
      return taken;
    } finally {
      context.buffers().giveBack(buffers);
      lock.unlock();
    }
  }
}
