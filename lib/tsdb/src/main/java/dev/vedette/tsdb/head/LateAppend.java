package dev.vedette.tsdb.head;

import dev.vedette.model.ErrorId;
import java.util.Arrays;

/**
 * The samples of one request that are older than the newest of their series, taken after all
 * others. It holds the lock of the late samples alone, so that no sender in order waits for it.
 * Kept and reused with its {@link Append}; one thread at a time.
 */
final class LateAppend {
  private final Head head;
  private final SeriesDirectory directory;
  private final Append request;
  // By shard, for the request meets its shards one after another.
  private int[] series = new int[16];
  private int[] samples = new int[16];
  private int count;

  int stored;
  int replaced;

  LateAppend(Head head, Append request) {
    this.head = head;
    this.directory = head.directory();
    this.request = request;
  }

  void begin() {
    count = 0;
    stored = 0;
    replaced = 0;
  }

  /** A sample of a series of the request, by their indexes in the batch. */
  void add(int i, int sample) {
    if (count == series.length) {
      series = Arrays.copyOf(series, 2 * count);
      samples = Arrays.copyOf(samples, 2 * count);
    }
    series[count] = i;
    samples[count] = sample;
    count++;
  }

  /** Takes what was added, and logs it under the same lock. Returns the log position. */
  long append() {
    long position = 0;
    for (int from = 0; from < count; ) {
      Shard shard = shardOf(from);
      int to = from + 1;
      while (to < count && shardOf(to) == shard) {
        to++;
      }
      position = Math.max(position, append(shard, from, to));
      from = to;
    }
    count = 0;
    return position;
  }

  private Shard shardOf(int k) {
    return directory.shardOf(Append.ref(request.refs[series[k]]));
  }

  private long append(Shard shard, int from, int to) {
    shard.late.lock.lock();
    int unsettled;
    long position;
    try {
      unsettled = take(shard, from, to, false);
      position = log();
    } finally {
      shard.late.lock.unlock();
    }
    if (unsettled == from) {
      return position;
    }
    // The writer of a sample that is there in order may be about to log it; behind its lock it has,
    // or the log is known to have a gap.
    shard.lock.lock();
    shard.late.lock.lock();
    try {
      take(shard, from, unsettled, true);
      return Math.max(position, log());
    } finally {
      shard.late.lock.unlock();
      shard.lock.unlock();
    }
  }

  private long log() {
    try {
      return request.records.isEmpty() ? 0 : head.log().append(request.records);
    } catch (RuntimeException e) {
      head.noteLogGap();
      throw e;
    } finally {
      request.records.clear();
    }
  }

  /** Returns the end of those that it moved to the front, for they need the shard's lock, too. */
  private int take(Shard shard, int from, int to, boolean hasBothLocks) {
    boolean hasRoom = directory.lateBytes() < head.config().lateBytes();
    int unsettled = from;
    for (int k = from; k < to; k++) {
      int i = series[k];
      if (isThere(i)) {
        LateStore.Outcome outcome = takeOne(shard, i, samples[k], hasRoom);
        if (outcome == LateStore.Outcome.DUPLICATE_IN_ORDER && !hasBothLocks) {
          series[unsettled] = i;
          samples[unsettled] = samples[k];
          unsettled++;
        } else {
          settle(outcome, i, samples[k]);
        }
      }
    }
    return unsettled;
  }

  private LateStore.Outcome takeOne(Shard shard, int i, int sample, boolean hasRoom) {
    return shard.late.take(
        Append.ref(request.refs[i]),
        request.batch.timestamps()[sample],
        request.batch.valueBits()[sample],
        hasRoom);
  }

  /** Whether a series is in the head still; where it left, all of it is looked up once more. */
  private boolean isThere(int i) {
    if (request.refs[i] == Append.UNRESOLVED) {
      return false;
    }
    if (request.isStill(i, Append.ref(request.refs[i]))) {
      return true;
    }
    request.refs[i] = Append.UNRESOLVED;
    request.unresolved++;
    return false;
  }

  private void settle(LateStore.Outcome outcome, int i, int sample) {
    switch (outcome) {
      case FULL ->
          request.refuse(ErrorId.LATE_SAMPLES_LIMIT, i, request.batch.timestamps()[sample]);
      case DUPLICATE, DUPLICATE_IN_ORDER -> {
        request.duplicates++;
        if (head.logHasGaps()) {
          request.log(i, sample);
        }
      }
      case STORED, REPLACED -> {
        stored++;
        replaced += outcome == LateStore.Outcome.REPLACED ? 1 : 0;
        request.log(i, sample);
        request.count(request.batch.timestamps()[sample]);
      }
    }
  }
}
