package dev.vedette.tsdb.head;

import dev.vedette.model.Invariant;
import dev.vedette.tsdb.chunk.XorEncoder;

/** Takes the oldest samples of a series out of memory. Belongs to the holder of a shard's lock. */
final class ChunkTrimmer {
  private final SlabArena arena;
  private final ChunkAppender appender;
  private final SampleReader reader;
  private final XorEncoder encoder = new XorEncoder();
  private final byte[] scratch = new byte[SlabArena.LARGEST + 64];

  ChunkTrimmer(SlabArena arena, ChunkAppender appender, SampleReader reader) {
    this.arena = arena;
    this.appender = appender;
    this.reader = reader;
  }

  /** Drops the samples up to and including {@code through}; between begin and end of a change. */
  void dropThrough(int ref, long[] segment, int at, long through) {
    if (segment[at + SeriesRecords.LAST_TS] <= through) {
      dropAll(segment, at);
    } else {
      dropSealed(segment, at, through);
      dropOpen(ref, segment, at, through);
    }
  }

  void dropAll(long[] segment, int at) {
    long chunkPair = segment[at + SeriesRecords.CHUNKS];
    if (SeriesRecords.high(chunkPair) != 0) {
      appender.free(SeriesRecords.high(chunkPair));
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
      appender.free(address);
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
      ChunkAppender.setSealed(segment, at, address);
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
    appender.free(open);
    ChunkAppender.setOpen(segment, at, 0);
    segment[at + SeriesRecords.RUN] = 0;
    segment[at + SeriesRecords.STATE] = SeriesRecords.state(0, 0, 0, 0, state);
    for (int i = reader.from(); i < reader.to(); i++) {
      appender.add(segment, at, reader.timestamps()[i], reader.valueBits()[i]);
    }
    for (int i = pending - 1; i >= 0; i--) {
      long timestamp = last - i * interval;
      if (timestamp > through) {
        appender.add(segment, at, timestamp, bits);
      }
    }
    segment[at + SeriesRecords.LAST_TS] = last;
    segment[at + SeriesRecords.LAST_BITS] = bits;
  }
}
