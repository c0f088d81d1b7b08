package dev.vedette.tsdb.head;

import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Label;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesExemplars;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The exemplars of all tenants, a ring each. They are taken after the samples of their request, and
 * only those of series that are there; logged under one lock, so that a replay meets them in the
 * order in which the rings took them.
 *
 * <p>All rings together take no more than {@link HeadConfig#exemplarBytes}: above it those that
 * take most give their oldest ones, down to the size at which all fit. So a tenant with few keeps
 * them, whatever others send.
 *
 * <p>They come in any order. The same again is a duplicate. What is ahead of the clock, past
 * retention, longer than the limit, or no label set, is left out and counted: a sender has no use
 * for it, and the samples of the request are stored.
 */
final class Exemplars {
  /** Characters of names and values together, as OpenMetrics 1.0 bounds them. */
  static final int MAX_LENGTH = 128;

  // What is freed at once, so that not each new exemplar looks at all rings.
  private static final int SLACK = 64;

  private final int capacity;
  private final long mostBytes;
  private final HeadLog log;
  private final ExemplarMetrics metrics;
  private final ConcurrentHashMap<TenantId, ExemplarRing> rings = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by the lock.
  private final HeadLog.Records records;
  private boolean logHasGaps;
  private long position;
  private long bytes;

  Exemplars(HeadConfig config, HeadLog log, ExemplarMetrics metrics) {
    this.capacity = config.maxExemplars();
    this.mostBytes = config.exemplarBytes();
    this.log = log;
    this.metrics = metrics;
    this.records = log.newRecords();
  }

  /** Takes the exemplars of a request whose samples are in. Returns the log position. */
  long append(Append request) {
    WriteBatch batch = request.batch;
    request.exemplars = 0;
    if (batch.exemplarCount() == 0 || capacity == 0) {
      return 0;
    }
    lock.lock();
    try {
      for (int from = 0; from < batch.exemplarCount(); ) {
        int i = batch.exemplarSeries(from);
        int to = batch.exemplarsTo(i);
        if (Append.isDone(request.refs[i])) {
          append(request, i, from, to);
        }
        from = to;
      }
      if (!records.isEmpty()) {
        position = log.append(records);
      }
      // Of duplicates, too: what they repeat may be on its way.
      return position;
    } catch (RuntimeException e) {
      // In memory and not in the log: they are logged when they are sent again.
      logHasGaps = true;
      throw e;
    } finally {
      records.clear();
      lock.unlock();
    }
  }

  private void append(Append request, int i, int from, int to) {
    int ref = Append.ref(request.refs[i]);
    ExemplarRing ring = ring(request.tenant.tenant);
    Labels series = request.batch.labels(i);
    for (int e = from; e < to; e++) {
      long timestamp = request.batch.exemplarTimestamp(e);
      if (!request.isInTime(timestamp)) {
        metrics.outOfTime.inc();
        continue;
      }
      Labels labels;
      try {
        labels = request.batch.exemplarLabels(e);
      } catch (InvalidRequest invalid) {
        metrics.invalid.inc();
        continue;
      }
      if (length(labels) > MAX_LENGTH) {
        metrics.tooLong.inc();
        continue;
      }
      long bits = request.batch.exemplarValueBits(e);
      byte[] own = LabelBytes.encode(labels);
      settle(request, add(ring, ref, series, timestamp, bits, own), ref, timestamp, bits, own);
    }
  }

  private boolean add(
      ExemplarRing ring, int ref, Labels series, long timestamp, long bits, byte[] own) {
    long before = ring.bytes();
    boolean isNew = ring.add(ref, series, timestamp, bits, own);
    bytes += ring.bytes() - before;
    if (bytes > mostBytes) {
      makeRoom();
    }
    return isNew;
  }

  /** Cuts the largest rings to one size, at which all of them fit with something to spare. */
  private void makeRoom() {
    long[] sizes = rings.values().stream().mapToLong(ExemplarRing::bytes).toArray();
    long level = level(sizes, mostBytes - mostBytes / SLACK);
    for (ExemplarRing ring : rings.values()) {
      metrics.evicted.inc(ring.trim(level));
    }
    bytes = bytes();
  }

  /** The size that the larger ones have to be cut to so that all together are no more. */
  static long level(long[] sizes, long all) {
    Arrays.sort(sizes);
    long left = all;
    for (int i = 0; i < sizes.length; i++) {
      long share = left / (sizes.length - i);
      if (sizes[i] > share) {
        return share;
      }
      left -= sizes[i];
    }
    return Long.MAX_VALUE;
  }

  private void settle(Append request, boolean isNew, int ref, long time, long bits, byte[] own) {
    request.exemplars++;
    (isNew ? metrics.appended : metrics.duplicates).inc();
    if (isNew || logHasGaps) {
      records.exemplar(ref, time, bits, own);
    }
  }

  private static int length(Labels labels) {
    int length = 0;
    for (Label label : labels) {
      String name = label.name();
      String value = label.value();
      length += name.codePointCount(0, name.length()) + value.codePointCount(0, value.length());
    }
    return length;
  }

  private ExemplarRing ring(TenantId tenant) {
    return rings.computeIfAbsent(tenant, _ -> new ExemplarRing(capacity));
  }

  /** One that the log had. */
  void restore(TenantId tenant, int ref, Labels series, long time, long bits, byte[] labels) {
    if (capacity == 0) {
      return;
    }
    lock.lock();
    try {
      add(ring(tenant), ref, series, time, bits, labels);
    } finally {
      lock.unlock();
    }
  }

  List<SeriesExemplars> select(
      TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    ExemplarRing ring = rings.get(tenant);
    return ring == null ? List.of() : ring.select(selectors, startMillis, endMillis);
  }

  /** Shows the exemplars of all series in memory, the oldest of a tenant first. */
  void forEach(SeriesDirectory directory, HeadFlush.Exemplars into) {
    rings.forEach(
        (tenant, ring) ->
            ring.forEach(
                (ref, series, time, bits, labels) -> {
                  if (directory.isAlive(ref)
                      && directory.tenantOf(ref).tenant.equals(tenant)
                      && directory.labels(ref).equals(series)) {
                    into.exemplar(ref, time, bits, labels);
                  }
                }));
  }

  /** What those of all tenants take of memory. */
  long bytes() {
    return rings.values().stream().mapToLong(ExemplarRing::bytes).sum();
  }

  long count() {
    return rings.values().stream().mapToLong(ExemplarRing::size).sum();
  }
}
