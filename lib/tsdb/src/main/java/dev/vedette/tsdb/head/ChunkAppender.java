package dev.vedette.tsdb.head;

import dev.vedette.tsdb.chunk.XorEncoder;

/**
 * Appends to the newest samples of a series, and seals what is full. They are in one of three
 * forms. <em>Nothing</em>: all was flushed. <em>Run</em>: one value at one interval, in the record
 * alone; three quarters of real series never leave it for two hours. <em>Stream</em>: an open XOR
 * chunk, followed by a run that is not written yet and costs two zero bits a sample once a
 * different sample comes.
 *
 * <p>Belongs to the holder of a shard's lock.
 */
final class ChunkAppender {
  // 30 minutes at a 15 s scrape: longer chunks decode slower and hardly shrink.
  static final int TARGET_SAMPLES = 120;
  private static final int LONG_RUN = 120;
  private static final int MAX_STREAM_BYTES = 3_500;
  private static final int FIRST_SLAB = 128;

  private final SlabArena arena;
  private final XorEncoder encoder = new XorEncoder();
  private long chunks;

  ChunkAppender(SlabArena arena) {
    this.arena = arena;
  }

  /** Appends a sample that is newer than all the series has; between begin and end of a change. */
  void add(long[] segment, int at, long timestamp, long bits) {
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

  static void setOpen(long[] segment, int at, int address) {
    long chunks = segment[at + SeriesRecords.CHUNKS];
    segment[at + SeriesRecords.CHUNKS] = SeriesRecords.pair(address, SeriesRecords.low(chunks));
  }

  static void setSealed(long[] segment, int at, int address) {
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

  /** Frees a chunk, open or sealed. */
  void free(int address) {
    arena.free(address);
    chunks--;
  }

  /** Chunks in the arena, those that are runs in a record alone not counted. */
  long chunks() {
    return chunks;
  }
}
