package dev.vedette.tsdb.head;

import dev.vedette.model.Invariant;
import dev.vedette.tsdb.chunk.XorEncoder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * A part of the series and the memory of their chunks. Everything here belongs to the holder of
 * {@link #lock}; readers use {@link SampleReader}.
 *
 * <p>A series' newest samples are in one of three forms. <em>Nothing</em>: all was flushed.
 * <em>Run</em>: one value at one interval, in the record alone; three quarters of real series never
 * leave it for two hours. <em>Stream</em>: an open XOR chunk, followed by a run that is not written
 * yet and costs two zero bits a sample once a different sample comes.
 */
final class Shard {
  /** What became of a sample. */
  static final int STORED = 0;

  static final int DUPLICATE = 1;
  static final int CONFLICT = 2;
  static final int LATE = 3;

  // 30 minutes at a 15 s scrape: longer chunks decode slower and hardly shrink.
  static final int TARGET_SAMPLES = 120;
  private static final int LONG_RUN = 120;
  private static final int MAX_STREAM_BYTES = 3_500;
  private static final int FIRST_SLAB = 128;

  final ReentrantLock lock = new ReentrantLock();
  final SlabArena arena;
  private final SeriesRecords records;
  private final SampleReader reader;
  private final XorEncoder encoder = new XorEncoder();
  private final byte[] scratch = new byte[SlabArena.LARGEST + 64];
  private final long lateWindowMillis;
  private @Nullable RoaringBitmap lateRefs;
  private long chunks;

  Shard(SeriesRecords records, SlabArena[] arenas, int number, long lateWindowMillis) {
    this.lateWindowMillis = lateWindowMillis;
    this.records = records;
    this.arena = arenas[number];
    this.reader = new SampleReader(records, arenas);
  }

  /** Any sample that is not the next of a run; {@link Append} handles that one in place. */
  int append(int ref, long[] segment, int at, long timestamp, long bits) {
    long last = segment[at + SeriesRecords.LAST_TS];
    if (timestamp <= last) {
      return judgeLate(ref, segment, at, timestamp, bits);
    }
    long version = SeriesRecords.beginChange(segment, at);
    add(segment, at, timestamp, bits);
    SeriesRecords.endChange(segment, at, version);
    return STORED;
  }

  private int judgeLate(int ref, long[] segment, int at, long timestamp, long bits) {
    long last = segment[at + SeriesRecords.LAST_TS];
    if (timestamp == last) {
      return bits == segment[at + SeriesRecords.LAST_BITS] ? DUPLICATE : CONFLICT;
    }
    // A sender that repeats a whole request must find its older samples, too.
    if (reader.read(ref, timestamp, timestamp) > 0) {
      return reader.valueBits()[reader.from()] == bits ? DUPLICATE : CONFLICT;
    }
    if (timestamp < last - lateWindowMillis) {
      return LATE;
    }
    insert(ref, segment, at, timestamp, bits);
    return STORED;
  }

  /**
   * Puts a late sample in its place by writing the series again, some 10 ns a sample: late ones are
   * few, and so the many need no structure for them.
   */
  private void insert(int ref, long[] segment, int at, long timestamp, long bits) {
    reader.read(ref, Long.MIN_VALUE, Long.MAX_VALUE);
    RoaringBitmap noted = lateRefs;
    if (noted != null) {
      noted.add(ref);
    }
    long version = SeriesRecords.beginChange(segment, at);
    dropAll(segment, at);
    boolean inserted = false;
    for (int i = reader.from(); i < reader.to(); i++) {
      long next = reader.timestamps()[i];
      if (!inserted && next > timestamp) {
        add(segment, at, timestamp, bits);
        inserted = true;
      }
      add(segment, at, next, reader.valueBits()[i]);
    }
    if (!inserted) {
      add(segment, at, timestamp, bits);
    }
    SeriesRecords.endChange(segment, at, version);
  }

  /** Begins or ends noting the series that take late samples. */
  void noteLate(boolean note) {
    lateRefs = note ? new RoaringBitmap() : null;
  }

  /** Whether a series took a late sample since they are noted. */
  boolean tookLate(int ref) {
    RoaringBitmap noted = lateRefs;
    return noted != null && noted.contains(ref);
  }

  private void add(long[] segment, int at, long timestamp, long bits) {
    long run = segment[at + SeriesRecords.RUN];
    int samples = SeriesRecords.low(run);
    if (SeriesRecords.high(segment[at + SeriesRecords.CHUNKS]) != 0) {
      addToStream(segment, at, timestamp, bits, samples);
    } else if (samples == 0) {
      startRun(segment, at, timestamp, bits);
    } else {
      addToRun(segment, at, timestamp, bits, samples);
    }
  }

  private static void startRun(long[] segment, int at, long timestamp, long bits) {
    segment[at + SeriesRecords.LAST_TS] = timestamp;
    segment[at + SeriesRecords.LAST_BITS] = bits;
    segment[at + SeriesRecords.RUN] = SeriesRecords.pair(0, 1);
  }

  private void addToRun(long[] segment, int at, long timestamp, long bits, int samples) {
    long last = segment[at + SeriesRecords.LAST_TS];
    long delta = timestamp - last;
    long interval = SeriesRecords.high(segment[at + SeriesRecords.RUN]);
    boolean sameValue = bits == segment[at + SeriesRecords.LAST_BITS];
    boolean goesOn = sameValue && (samples == 1 || delta == interval);
    if (delta <= 0 || delta > Integer.MAX_VALUE || (samples >= LONG_RUN && !goesOn)) {
      sealRun(segment, at, samples);
      startRun(segment, at, timestamp, bits);
    } else if (goesOn) {
      segment[at + SeriesRecords.LAST_TS] = timestamp;
      segment[at + SeriesRecords.RUN] = SeriesRecords.pair((int) delta, samples + 1);
    } else {
      openStream(segment, at, samples);
      addToStream(segment, at, timestamp, bits, 0);
    }
  }

  private void addToStream(long[] segment, int at, long timestamp, long bits, int pending) {
    long delta = timestamp - segment[at + SeriesRecords.LAST_TS];
    if (pending >= LONG_RUN) {
      sealStream(segment, at, pending);
      sealRun(segment, at, pending);
      startRun(segment, at, timestamp, bits);
      return;
    }
    resume(segment, at);
    encoder.repeat(pending);
    int count = SeriesRecords.count(segment[at + SeriesRecords.STATE]) + pending;
    store(segment, at, count);
    boolean isFull = count >= TARGET_SAMPLES || encoder.bits() > 8 * MAX_STREAM_BYTES;
    long interval = SeriesRecords.high(segment[at + SeriesRecords.RUN]);
    if (isFull || delta <= 0 || delta > Integer.MAX_VALUE) {
      sealStream(segment, at, 0);
      startRun(segment, at, timestamp, bits);
      return;
    }
    long previous = segment[at + SeriesRecords.LAST_BITS];
    if (count == 1) {
      encoder.second(delta, bits, previous);
    } else {
      encoder.next(delta - interval, bits, previous);
    }
    store(segment, at, count + 1);
    segment[at + SeriesRecords.LAST_TS] = timestamp;
    segment[at + SeriesRecords.LAST_BITS] = bits;
    segment[at + SeriesRecords.RUN] = SeriesRecords.pair((int) delta, 0);
    reserve(segment, at);
  }

  /** Turns a short run into the beginning of a stream. */
  private void openStream(long[] segment, int at, int samples) {
    long interval = SeriesRecords.high(segment[at + SeriesRecords.RUN]);
    long first = segment[at + SeriesRecords.LAST_TS] - (samples - 1) * interval;
    long bits = segment[at + SeriesRecords.LAST_BITS];
    int address = arena.allocate(FIRST_SLAB);
    Chunks.setMin(arena.bytes(address), SlabArena.offset(address), first);
    setOpen(segment, at, address);
    long state = segment[at + SeriesRecords.STATE];
    segment[at + SeriesRecords.STATE] = SeriesRecords.state(0, 0, XorEncoder.NO_WINDOW, 0, state);
    resume(segment, at);
    encoder.first(first, bits);
    if (samples > 1) {
      encoder.second(interval, bits, bits);
      encoder.repeat(samples - 2);
    }
    store(segment, at, samples);
    segment[at + SeriesRecords.RUN] = SeriesRecords.pair((int) interval, 0);
    reserve(segment, at);
    chunks++;
  }

  private void resume(long[] segment, int at) {
    int open = SeriesRecords.high(segment[at + SeriesRecords.CHUNKS]);
    long state = segment[at + SeriesRecords.STATE];
    encoder.resume(
        arena.bytes(open),
        SlabArena.offset(open) + Chunks.STREAM,
        SeriesRecords.bits(state),
        SeriesRecords.leading(state),
        SeriesRecords.trailing(state));
  }

  private void store(long[] segment, int at, int count) {
    segment[at + SeriesRecords.STATE] =
        SeriesRecords.state(
            count,
            encoder.bits(),
            encoder.leading(),
            encoder.trailing(),
            segment[at + SeriesRecords.STATE]);
  }

  private static void setOpen(long[] segment, int at, int address) {
    long chunks = segment[at + SeriesRecords.CHUNKS];
    segment[at + SeriesRecords.CHUNKS] = SeriesRecords.pair(address, SeriesRecords.low(chunks));
  }

  private static void setSealed(long[] segment, int at, int address) {
    long chunks = segment[at + SeriesRecords.CHUNKS];
    segment[at + SeriesRecords.CHUNKS] = SeriesRecords.pair(SeriesRecords.high(chunks), address);
  }

  /** Makes room for a pending run of zeros and one sample of any kind behind it. */
  private void reserve(long[] segment, int at) {
    int open = SeriesRecords.high(segment[at + SeriesRecords.CHUNKS]);
    int used = Chunks.STREAM + (encoder.bits() + 7) / 8;
    int needed = used + 2 * LONG_RUN / 8 + 1 + XorEncoder.MAX_SAMPLE_BYTES;
    if (needed <= arena.capacity(open)) {
      return;
    }
    int larger = arena.allocate(Math.max(needed, arena.capacity(open) * 3 / 2));
    System.arraycopy(
        arena.bytes(open),
        SlabArena.offset(open),
        arena.bytes(larger),
        SlabArena.offset(larger),
        used);
    arena.free(open);
    setOpen(segment, at, larger);
  }

  /** Links the open stream to the sealed chunks; {@code pending} samples behind it stay. */
  private void sealStream(long[] segment, int at, int pending) {
    int open = SeriesRecords.high(segment[at + SeriesRecords.CHUNKS]);
    long state = segment[at + SeriesRecords.STATE];
    int length = 2 + (SeriesRecords.bits(state) + 7) / 8;
    int address = fit(open, Chunks.HEADER_BYTES + length);
    long interval = SeriesRecords.high(segment[at + SeriesRecords.RUN]);
    byte[] page = arena.bytes(address);
    int chunk = SlabArena.offset(address);
    Chunks.writeHeader(
        page,
        chunk,
        SeriesRecords.low(segment[at + SeriesRecords.CHUNKS]),
        length,
        SeriesRecords.count(state),
        Chunks.min(page, chunk),
        segment[at + SeriesRecords.LAST_TS] - pending * interval);
    segment[at + SeriesRecords.CHUNKS] = SeriesRecords.pair(0, address);
    segment[at + SeriesRecords.STATE] = SeriesRecords.state(0, 0, 0, 0, state);
  }

  /** Moves a chunk to a smaller slab where that saves something. */
  private int fit(int address, int bytes) {
    if (SlabArena.rounded(bytes) >= arena.capacity(address)) {
      return address;
    }
    int smaller = arena.allocate(bytes);
    System.arraycopy(
        arena.bytes(address),
        SlabArena.offset(address),
        arena.bytes(smaller),
        SlabArena.offset(smaller),
        bytes);
    arena.free(address);
    return smaller;
  }

  private void sealRun(long[] segment, int at, int samples) {
    long last = segment[at + SeriesRecords.LAST_TS];
    int interval = SeriesRecords.high(segment[at + SeriesRecords.RUN]);
    int address = arena.allocate(Chunks.RUN_BYTES);
    Chunks.writeRun(
        arena.bytes(address),
        SlabArena.offset(address),
        SeriesRecords.low(segment[at + SeriesRecords.CHUNKS]),
        samples == 1 ? 0 : interval,
        last - (samples - 1L) * interval,
        last,
        segment[at + SeriesRecords.LAST_BITS]);
    setSealed(segment, at, address);
    chunks++;
  }

  /**
   * Drops the samples up to and including {@code through}, which are in a block now.
   *
   * @return whether the series holds no sample any more
   */
  boolean dropThrough(int ref, long through) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    long version = SeriesRecords.beginChange(segment, at);
    if (segment[at + SeriesRecords.LAST_TS] <= through) {
      dropAll(segment, at);
    } else {
      dropSealed(segment, at, through);
      dropOpen(ref, segment, at, through);
    }
    SeriesRecords.endChange(segment, at, version);
    return SeriesRecords.low(segment[at + SeriesRecords.RUN]) == 0
        && segment[at + SeriesRecords.CHUNKS] == 0;
  }

  /** Takes the hash from a series that holds nothing and got nothing for long; takes the lock. */
  boolean bury(int ref, long idleBeforeMillis) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    lock.lock();
    try {
      boolean isIdle = isIdle(segment, at, idleBeforeMillis);
      if (isIdle) {
        segment[at + SeriesRecords.HASH] = 0;
        segment[at + SeriesRecords.STATE] &= ~SeriesRecords.ALIASED;
      }
      return isIdle;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #bury} would take a series; takes the lock. */
  boolean isIdle(int ref, long idleBeforeMillis) {
    lock.lock();
    try {
      return isIdle(records.segment(ref), SeriesRecords.at(ref), idleBeforeMillis);
    } finally {
      lock.unlock();
    }
  }

  private static boolean isIdle(long[] segment, int at, long idleBeforeMillis) {
    return segment[at + SeriesRecords.LAST_TS] < idleBeforeMillis
        && SeriesRecords.low(segment[at + SeriesRecords.RUN]) == 0
        && segment[at + SeriesRecords.CHUNKS] == 0;
  }

  private void dropAll(long[] segment, int at) {
    long chunkPair = segment[at + SeriesRecords.CHUNKS];
    if (SeriesRecords.high(chunkPair) != 0) {
      arena.free(SeriesRecords.high(chunkPair));
      chunks--;
    }
    freeChain(SeriesRecords.low(chunkPair));
    segment[at + SeriesRecords.CHUNKS] = 0;
    segment[at + SeriesRecords.RUN] = 0;
    segment[at + SeriesRecords.STATE] =
        SeriesRecords.state(0, 0, 0, 0, segment[at + SeriesRecords.STATE]);
  }

  private void freeChain(int newest) {
    int address = newest;
    while (address != 0) {
      int previous = Chunks.previous(arena.bytes(address), SlabArena.offset(address));
      arena.free(address);
      chunks--;
      address = previous;
    }
  }

  private void dropSealed(long[] segment, int at, long through) {
    int newer = 0;
    int address = SeriesRecords.low(segment[at + SeriesRecords.CHUNKS]);
    while (address != 0) {
      byte[] page = arena.bytes(address);
      int chunk = SlabArena.offset(address);
      if (Chunks.max(page, chunk) <= through) {
        link(segment, at, newer, 0);
        freeChain(address);
        return;
      }
      if (Chunks.min(page, chunk) <= through) {
        int previous = Chunks.previous(page, chunk);
        link(segment, at, newer, trim(address, through));
        freeChain(previous);
        return;
      }
      newer = address;
      address = Chunks.previous(page, chunk);
    }
  }

  private void link(long[] segment, int at, int newer, int address) {
    if (newer == 0) {
      setSealed(segment, at, address);
    } else {
      Chunks.setPrevious(arena.bytes(newer), SlabArena.offset(newer), address);
    }
  }

  /** A chunk without its samples up to {@code through}, of which it has some but not all. */
  private int trim(int address, long through) {
    byte[] page = arena.bytes(address);
    int chunk = SlabArena.offset(address);
    long max = Chunks.max(page, chunk);
    int trimmed;
    if (Chunks.isRun(page, chunk)) {
      trimmed = address;
      int interval = Chunks.interval(page, chunk);
      long min = Chunks.min(page, chunk);
      long first = min + ((through - min) / interval + 1) * interval;
      Chunks.writeRun(page, chunk, 0, interval, first, max, Chunks.runValue(page, chunk));
    } else {
      reader.decodeChunk(page, chunk, through + 1);
      trimmed = encode(reader, max);
      arena.free(address);
    }
    return trimmed;
  }

  private int encode(SampleReader samples, long max) {
    long[] timestamps = samples.timestamps();
    long[] bits = samples.valueBits();
    int from = samples.from();
    encoder.resume(scratch, 0, 0, XorEncoder.NO_WINDOW, 0);
    encoder.first(timestamps[from], bits[from]);
    for (int i = from + 1; i < samples.to(); i++) {
      long delta = timestamps[i] - timestamps[i - 1];
      if (i == from + 1) {
        encoder.second(delta, bits[i], bits[i - 1]);
      } else {
        encoder.next(delta - (timestamps[i - 1] - timestamps[i - 2]), bits[i], bits[i - 1]);
      }
    }
    int stream = (encoder.bits() + 7) / 8;
    int address = arena.allocate(Chunks.STREAM + stream);
    byte[] page = arena.bytes(address);
    int chunk = SlabArena.offset(address);
    Chunks.writeHeader(page, chunk, 0, 2 + stream, samples.to() - from, timestamps[from], max);
    System.arraycopy(scratch, 0, page, chunk + Chunks.STREAM, stream);
    return address;
  }

  private void dropOpen(int ref, long[] segment, int at, long through) {
    long run = segment[at + SeriesRecords.RUN];
    int open = SeriesRecords.high(segment[at + SeriesRecords.CHUNKS]);
    int samples = SeriesRecords.low(run);
    long last = segment[at + SeriesRecords.LAST_TS];
    long interval = SeriesRecords.high(run);
    if (open != 0) {
      if (Chunks.min(arena.bytes(open), SlabArena.offset(open)) <= through) {
        reopen(segment, at, open, samples, last, through);
      }
    } else if (samples > 1) {
      long first = last - (samples - 1) * interval;
      if (first <= through) {
        int dropped = (int) ((through - first) / interval) + 1;
        segment[at + SeriesRecords.RUN] = SeriesRecords.pair((int) interval, samples - dropped);
      }
    }
    Invariant.check(last > through, "BUG: series %d was to be dropped whole", ref);
  }

  /** Writes the open stream again without its first samples. */
  private void reopen(long[] segment, int at, int open, int pending, long last, long through) {
    long bits = segment[at + SeriesRecords.LAST_BITS];
    long interval = SeriesRecords.high(segment[at + SeriesRecords.RUN]);
    long state = segment[at + SeriesRecords.STATE];
    reader.decodeStream(arena.bytes(open), SlabArena.offset(open), state, through + 1);
    arena.free(open);
    chunks--;
    setOpen(segment, at, 0);
    segment[at + SeriesRecords.RUN] = 0;
    segment[at + SeriesRecords.STATE] = SeriesRecords.state(0, 0, 0, 0, state);
    for (int i = reader.from(); i < reader.to(); i++) {
      add(segment, at, reader.timestamps()[i], reader.valueBits()[i]);
    }
    for (int i = pending - 1; i >= 0; i--) {
      long timestamp = last - i * interval;
      if (timestamp > through) {
        add(segment, at, timestamp, bits);
      }
    }
    segment[at + SeriesRecords.LAST_TS] = last;
    segment[at + SeriesRecords.LAST_BITS] = bits;
  }

  /** Chunks of this shard, those that are runs in a record alone not counted. */
  long chunks() {
    return chunks;
  }
}
