package dev.vedette.tsdb.head;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.WriteBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;

/**
 * One request on its way into the head: finds each series' ref, then appends shard by shard. Kept
 * and reused, so that a known series costs no allocation. One thread at a time.
 *
 * <p>A series is looked for where a repeated scrape has it: at the ref behind the last one, then at
 * the ref that followed the last one in the request before, and only then in the table. The first
 * two read the record that the append needs anyway; a probe of the table is a cache miss of its
 * own, some 170 ns.
 */
final class Append {
  static final int UNRESOLVED = -1;
  static final int REFUSED = -2;
  private static final int DONE = 0x8000_0000;

  private final Head head;
  private final SeriesDirectory directory;
  final HeadLog.Records records;
  final Refusals refusals = new Refusals();

  TenantIndex tenant;
  WriteBatch batch;
  int[] refs = new int[256];
  private int[] nextOfShard = new int[256];
  private final int[] firstOfShard;
  final LateAppend late;
  final WideAppend wide;
  private long oldest;
  private long newest;

  int stored;
  int duplicates;
  int unresolved;
  long probes;
  long minStored;
  long maxStored;
  private boolean logDuplicates;
  private boolean hasStarts;

  /** Exemplars kept, those included that were there already. */
  int exemplars;

  Append(Head head, TenantIndex tenant, WriteBatch batch, int shards) {
    this.head = head;
    this.directory = head.directory();
    this.tenant = tenant;
    this.batch = batch;
    this.records = head.log().newRecords();
    this.firstOfShard = new int[shards];
    this.late = new LateAppend(head, this);
    this.wide = new WideAppend(head, this);
  }

  void begin(TenantIndex tenant, WriteBatch batch, long oldest, long newest) {
    this.tenant = tenant;
    this.batch = batch;
    this.oldest = oldest;
    this.newest = newest;
    refusals.clear();
    records.clear();
    late.begin();
    wide.begin();
    hasStarts = batch.hasStarts();
    stored = 0;
    duplicates = 0;
    probes = 0;
    minStored = Long.MAX_VALUE;
    maxStored = Long.MIN_VALUE;
    int count = batch.seriesCount();
    if (count > refs.length) {
      int capacity = Integer.highestOneBit(count) * 2;
      refs = new int[capacity];
      nextOfShard = new int[capacity];
    }
    Arrays.fill(refs, 0, count, UNRESOLVED);
  }

  /** Finds the refs of series still unresolved. Takes no lock. */
  void resolve() {
    long[][] segments = directory.records().segments();
    SeriesTable table = directory.table();
    int limit = segments.length << SeriesRecords.SEGMENT_BITS;
    int count = batch.seriesCount();
    long salt = tenant.salt;
    int last = -1;
    unresolved = 0;
    for (int i = 0; i < count; i++) {
      int ref = refs[i];
      if (ref == UNRESOLVED) {
        long hash = batch.hash(i) ^ salt;
        int check = batch.check(i);
        ref = last + 1;
        if (last < 0 || ref >= limit || !isAt(segments, ref, hash, check)) {
          ref = last < 0 ? UNRESOLVED : follower(segments, last);
          if (ref < 0 || ref >= limit || !isAt(segments, ref, hash, check)) {
            ref = table.find(hash, check);
            probes++;
          }
        }
        refs[i] = ref;
        if (ref == UNRESOLVED) {
          unresolved++;
        }
      }
      last = ref;
    }
  }

  private static boolean isAt(long[][] segments, int ref, long hash, int check) {
    long[] segment = segments[ref >>> SeriesRecords.SEGMENT_BITS];
    int at = SeriesRecords.at(ref);
    return segment[at + SeriesRecords.HASH] == hash
        && SeriesRecords.high(segment[at + SeriesRecords.CHECK_NEXT]) == check;
  }

  private static int follower(long[][] segments, int ref) {
    long[] segment = segments[ref >>> SeriesRecords.SEGMENT_BITS];
    return SeriesRecords.low(segment[SeriesRecords.at(ref) + SeriesRecords.CHECK_NEXT]);
  }

  /** Appends what is resolved, and logs it. Returns the log position. */
  long append() {
    unresolved = 0;
    long position = appendInOrder();
    return Math.max(position, late.append());
  }

  /** Appends under the shard's lock, and logs it under the same. */
  private long appendInOrder() {
    long[][] segments = directory.records().segments();
    int shards = firstOfShard.length;
    group(segments);
    long position = 0;
    for (int s = 0; s < shards; s++) {
      if (firstOfShard[s] >= 0) {
        Shard shard = directory.shards()[s];
        shard.lock.lock();
        try {
          logDuplicates = head.logHasGaps();
          appendTo(shard, segments, firstOfShard[s]);
          if (!records.isEmpty()) {
            position = Math.max(position, head.log().append(records));
          }
        } catch (RuntimeException e) {
          // Samples may be in memory and not in the log. Sent again they are duplicates here, and
          // have to be logged all the same before anybody says that they are stored: so this is
          // known before the next writer gets the lock.
          head.noteLogGap();
          throw e;
        } finally {
          records.clear();
          shard.lock.unlock();
        }
      }
    }
    return position;
  }

  private void group(long[][] segments) {
    Arrays.fill(firstOfShard, -1);
    boolean single = firstOfShard.length == 1;
    for (int i = batch.seriesCount() - 1; i >= 0; i--) {
      int ref = refs[i];
      if (ref >= 0) {
        int shard = single ? 0 : shardOf(segments, ref);
        nextOfShard[i] = firstOfShard[shard];
        firstOfShard[shard] = i;
      }
    }
  }

  private static int shardOf(long[][] segments, int ref) {
    long[] segment = segments[ref >>> SeriesRecords.SEGMENT_BITS];
    return SeriesRecords.shard(segment[SeriesRecords.at(ref) + SeriesRecords.STATE]);
  }

  private void appendTo(Shard shard, long[][] segments, int first) {
    for (int i = first; i >= 0; i = nextOfShard[i]) {
      int ref = refs[i];
      long[] segment = segments[ref >>> SeriesRecords.SEGMENT_BITS];
      int at = SeriesRecords.at(ref);
      if (!isStill(segment, at, ref, i)) {
        // The series left the head since it was looked up.
        refs[i] = UNRESOLVED;
        unresolved++;
        continue;
      }
      rememberNext(segment, at, ref, i);
      appendSeries(shard, segment, at, ref, i);
      refs[i] = ref | DONE;
    }
  }

  /** Whether a ref is still the series that it was when it was looked up. Under a shard's lock. */
  boolean isStill(int i, int ref) {
    return isStill(directory.records().segment(ref), SeriesRecords.at(ref), ref, i);
  }

  private boolean isStill(long[] segment, int at, int ref, int i) {
    long hash = batch.hash(i) ^ tenant.salt;
    return segment[at + SeriesRecords.HASH] == hash
        || directory.isAlias(segment, at, ref, hash, batch.check(i));
  }

  /** The series of an entry of {@link #refs}, whether it is done or not. */
  static int ref(int entry) {
    return entry & ~DONE;
  }

  /** Whether the samples of an entry of {@link #refs} are in. */
  static boolean isDone(int entry) {
    return entry < REFUSED;
  }

  boolean isInTime(long timestamp) {
    return timestamp >= oldest && timestamp <= newest;
  }

  private void rememberNext(long[] segment, int at, int ref, int i) {
    int following = i + 1 < batch.seriesCount() ? refs[i + 1] : UNRESOLVED;
    if (following < REFUSED) {
      following &= ~DONE;
    }
    if (following >= 0 && following != ref + 1) {
      long word = segment[at + SeriesRecords.CHECK_NEXT];
      if (SeriesRecords.low(word) != following) {
        segment[at + SeriesRecords.CHECK_NEXT] =
            SeriesRecords.pair(SeriesRecords.high(word), following);
      }
    }
  }

  private void appendSeries(Shard shard, long[] segment, int at, int ref, int i) {
    if (SeriesRecords.isWide(segment, at) || wide.isNeeded() && wide.isWide(i)) {
      wide.append(shard, ref, i, batch.samplesFrom(i));
      return;
    }
    boolean mayBegin = hasStarts || SeriesRecords.isStarted(segment, at);
    long[] timestamps = batch.timestamps();
    long[] valueBits = batch.valueBits();
    int to = batch.samplesTo(i);
    for (int s = batch.samplesFrom(i); s < to; s++) {
      long timestamp = timestamps[s];
      long bits = valueBits[s];
      if (timestamp < oldest || timestamp > newest) {
        refuseOutOfTime(i, timestamp);
        continue;
      }
      long start = 0;
      if (mayBegin) {
        start = batch.start(s);
        if (!shard.begins(segment, at, ref, timestamp, start)) {
          wide.append(shard, ref, i, s);
          return;
        }
      }
      long run = segment[at + SeriesRecords.RUN];
      long delta = timestamp - segment[at + SeriesRecords.LAST_TS];
      if (bits == segment[at + SeriesRecords.LAST_BITS] && delta == run >>> 32 && delta != 0) {
        long version = SeriesRecords.beginChange(segment, at);
        segment[at + SeriesRecords.LAST_TS] = timestamp;
        segment[at + SeriesRecords.RUN] = run + 1;
        SeriesRecords.endChange(segment, at, version);
      } else {
        int outcome = shard.append(segment, at, timestamp, bits);
        if (outcome != Shard.STORED) {
          notStored(outcome, i, s);
          if (outcome != Shard.DUPLICATE || !logDuplicates) {
            continue;
          }
          log(ref, timestamp, bits, start);
          continue;
        }
      }
      log(ref, timestamp, bits, start);
      count(timestamp);
    }
  }

  private void log(int ref, long timestamp, long bits, long start) {
    if (start == 0) {
      records.sample(ref, timestamp, bits);
    } else {
      records.sample(ref, timestamp, bits, start);
    }
  }

  /** Whether some sample was there already, maybe put there by a request not durable yet. */
  boolean hasDuplicates() {
    return duplicates > 0 || wide.histogramDuplicates > 0;
  }

  /** Notes that a sample is stored. */
  void count(long timestamp) {
    stored++;
    noteTime(timestamp);
  }

  /** Notes the time of a sample that is stored. */
  void noteTime(long timestamp) {
    minStored = Math.min(minStored, timestamp);
    maxStored = Math.max(maxStored, timestamp);
  }

  /** Logs a sample of the batch with the records that the holder of the lock writes next. */
  void log(int i, int sample) {
    records.sample(ref(refs[i]), batch.timestamps()[sample], batch.valueBits()[sample]);
  }

  private void notStored(int outcome, int i, int sample) {
    switch (outcome) {
      case Shard.DUPLICATE -> duplicates++;
      case Shard.CONFLICT -> refuse(ErrorId.SAMPLE_CONFLICT, i, batch.timestamps()[sample]);
      default -> late.add(i, sample);
    }
  }

  boolean isOutOfTime(long timestamp) {
    return timestamp < oldest || timestamp > newest;
  }

  void refuseOutOfTime(int i, long timestamp) {
    refuse(timestamp > newest ? ErrorId.SAMPLE_TOO_NEW : ErrorId.SAMPLE_TOO_OLD, i, timestamp);
  }

  void refuse(ErrorId id, int i, long timestamp) {
    if (refusals.isFirst(id)) {
      refusals.add(id, 1, explain(id, batch.labels(i), timestamp));
    } else {
      refusals.add(id, 1);
    }
  }

  void refuseHistogram(int i, long timestamp, int buckets, int limit) {
    if (!refusals.isFirst(ErrorId.HISTOGRAM_BUCKET_LIMIT)) {
      refusals.add(ErrorId.HISTOGRAM_BUCKET_LIMIT, 1);
      return;
    }
    refusals.add(
        ErrorId.HISTOGRAM_BUCKET_LIMIT,
        1,
        "histogram of %s at %s has %d buckets, one may have %d; make it coarser, or raise"
                .formatted(batch.labels(i), Instant.ofEpochMilli(timestamp), buckets, limit)
            + " spec.limits.maxHistogramBuckets of the MetricsCluster");
  }

  private String explain(ErrorId id, Labels labels, long timestamp) {
    String sample = "sample of %s at %s".formatted(labels, Instant.ofEpochMilli(timestamp));
    return switch (id) {
      case SAMPLE_TOO_NEW ->
          "%s is more than %d s ahead of this server's clock; set the sender's clock"
              .formatted(sample, head.config().futureLimit().toSeconds());
      case SAMPLE_TOO_OLD ->
          "%s is older than the retention of %s; raise spec.storage.retention of the MetricsCluster"
              .formatted(sample, words(head.config().retention()));
      case LATE_SAMPLES_LIMIT ->
          "%s is older than the newest of its series, and %d bytes of such samples wait for a block already"
                  .formatted(sample, head.config().lateBytes())
              + "; send it again in some seconds, or give the server more memory";
      default ->
          "%s has another value than the one stored; two senders write one series, tell them apart"
                  .formatted(sample)
              + " by a label";
    };
  }

  /** As the setting is written: {@code 360h}, {@code 1h30m}. */
  private static String words(Duration duration) {
    return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }

  /** Whether a series has a sample worth being born for; refuses its samples where it has none. */
  boolean hasSampleInTime(int i) {
    for (int s = batch.samplesFrom(i); s < batch.samplesTo(i); s++) {
      if (!isOutOfTime(batch.timestamps()[s])) {
        return true;
      }
    }
    for (int s = batch.histogramsFrom(i); s < batch.histogramsTo(i); s++) {
      if (!isOutOfTime(batch.histogramTimestamp(s))) {
        return true;
      }
    }
    refuseAllOutOfTime(i);
    return false;
  }

  private void refuseAllOutOfTime(int i) {
    try {
      for (int s = batch.samplesFrom(i); s < batch.samplesTo(i); s++) {
        refuseOutOfTime(i, batch.timestamps()[s]);
      }
      for (int s = batch.histogramsFrom(i); s < batch.histogramsTo(i); s++) {
        refuseOutOfTime(i, batch.histogramTimestamp(s));
      }
    } catch (InvalidRequest e) {
      refusals.add(e.id(), samples(i), e.advice());
    }
  }

  int samples(int i) {
    return batch.samplesTo(i)
        - batch.samplesFrom(i)
        + batch.histogramsTo(i)
        - batch.histogramsFrom(i);
  }
}
