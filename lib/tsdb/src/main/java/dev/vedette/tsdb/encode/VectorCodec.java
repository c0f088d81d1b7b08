package dev.vedette.tsdb.encode;

import java.util.Arrays;

/**
 * Timestamps of one or more series: strictly ascending, mostly a grid with a little jitter. Coded
 * as the distance to the grid, or where there is no grid as the distances to each other; either way
 * packed in blocks of 64, each with the bits its largest number needs.
 *
 * <p>Bytes: {@code docs/format/block.md}, "vectors". Not thread-safe.
 */
final class VectorCodec {
  /** Most samples a series may have. */
  static final int MAX_SAMPLES = 1 << 24;

  private static final int BLOCK = 64;
  private static final int GRID = 0;
  private static final int DELTAS = 1;
  private static final int PART = 2;
  // Grids people configure: whole seconds, tenths and so on, in ms.
  private static final long[] ROUND_TO = {1, 10, 100, 500, 1000, 5000};

  private final BitSink bits = new BitSink();
  private long[] rest = {};

  /** Appends {@code timestamps[0..size)}; {@code origin} is a time that start is likely near to. */
  void write(ByteSink out, long[] timestamps, int size, long origin) {
    if (rest.length < size) {
      rest = new long[size];
    }
    ByteSink grid = new ByteSink();
    writeGrid(grid, timestamps, size, interval(timestamps, size));
    ByteSink deltas = new ByteSink();
    writeDeltas(deltas, timestamps, size);
    boolean isGrid = grid.size() <= deltas.size();
    ByteSink smaller = isGrid ? grid : deltas;
    out.u8(isGrid ? GRID : DELTAS).varint(size).signed(timestamps[0] - origin);
    out.raw(smaller.array(), 0, smaller.size());
  }

  /**
   * Appends a vector as a part of another one, by runs left out and taken in turn.
   *
   * @param back how many vectors before this one the other is
   * @return false, and nothing appended, where it is no part of the other
   */
  boolean writePart(ByteSink out, long[] timestamps, long[] whole, int back) {
    ByteSink runs = new ByteSink();
    int count = 0;
    int at = 0;
    for (int i = 0; i < timestamps.length; count++) {
      int from = at;
      while (at < whole.length && whole[at] < timestamps[i]) {
        at++;
      }
      int taken = i;
      runs.varint(at - from);
      while (at < whole.length && i < timestamps.length && whole[at] == timestamps[i]) {
        at++;
        i++;
      }
      if (i == taken) {
        return false;
      }
      runs.varint(i - taken);
    }
    out.u8(PART).varint(back).varint(count).raw(runs.array(), 0, runs.size());
    return true;
  }

  /** The interval with the least jitter among likely ones. */
  private long interval(long[] timestamps, int size) {
    if (size == 1) {
      return 1;
    }
    for (int i = 1; i < size; i++) {
      rest[i - 1] = timestamps[i] - timestamps[i - 1];
    }
    Arrays.sort(rest, 0, size - 1);
    long median = rest[(size - 1) / 2];
    long best = median;
    long least = Long.MAX_VALUE;
    for (long unit : ROUND_TO) {
      long candidate = Math.max(1, (median + unit / 2) / unit * unit);
      long jitter = jitter(timestamps, size, candidate);
      if (jitter < least) {
        least = jitter;
        best = candidate;
      }
    }
    return best;
  }

  private static long jitter(long[] timestamps, int size, long interval) {
    long sum = 0;
    long at = timestamps[0];
    for (int i = 1; i < size; i++) {
      at += interval * ticks(timestamps[i] - timestamps[i - 1], interval);
      sum += Endian.bitLength(Math.abs(timestamps[i] - at));
    }
    return sum;
  }

  private static long ticks(long delta, long interval) {
    return Math.max(1, (delta - interval / 2 + interval - 1) / interval);
  }

  private void writeGrid(ByteSink out, long[] timestamps, int size, long interval) {
    out.varint(interval);
    int gaps = 0;
    ByteSink gapBytes = new ByteSink();
    long at = timestamps[0];
    int lastGap = 0;
    rest[0] = 0;
    for (int i = 1; i < size; i++) {
      long ticks = ticks(timestamps[i] - timestamps[i - 1], interval);
      if (ticks > 1) {
        gapBytes.varint(i - lastGap).varint(ticks - 2);
        lastGap = i;
        gaps++;
      }
      at += ticks * interval;
      rest[i] = timestamps[i] - at;
    }
    out.varint(gaps).raw(gapBytes.array(), 0, gapBytes.size());
    writeRest(out, size);
  }

  private void writeDeltas(ByteSink out, long[] timestamps, int size) {
    rest[0] = size == 1 ? 0 : timestamps[1] - timestamps[0];
    for (int i = 1; i < size; i++) {
      rest[i] = timestamps[i] - timestamps[i - 1];
    }
    writeRest(out, size);
  }

  /** A byte whether all is the same, then blocks of least number, width and bits. */
  private void writeRest(ByteSink out, int size) {
    bits.clear();
    boolean same = true;
    for (int i = 1; i < size; i++) {
      same &= rest[i] == rest[0];
    }
    out.u8(same ? 0 : 1);
    if (same) {
      out.signed(rest[0]);
      return;
    }
    for (int from = 0; from < size; from += BLOCK) {
      int to = Math.min(size, from + BLOCK);
      long least = rest[from];
      long most = rest[from];
      for (int i = from; i < to; i++) {
        least = Math.min(least, rest[i]);
        most = Math.max(most, rest[i]);
      }
      int width = Endian.bitLength(most - least);
      out.signed(least).u8(width);
      for (int i = from; i < to; i++) {
        bits.write(rest[i] - least, width);
      }
    }
    bits.writeTo(out);
  }

  /** The vectors before the one being read. */
  @FunctionalInterface
  interface Earlier {
    /** A vector so many before; throws where there is none. */
    long[] get(int back);
  }

  /** Reads one vector; throws where the bytes are damaged or time does not ascend. */
  static long[] read(ByteSource in, long origin, Earlier earlier) {
    long[] timestamps =
        switch (in.u8()) {
          case GRID -> {
            long[] vector = begin(in, origin);
            readGrid(in, vector);
            yield vector;
          }
          case DELTAS -> {
            long[] vector = begin(in, origin);
            long[] deltas = readRest(in, vector.length);
            for (int i = 1; i < vector.length; i++) {
              vector[i] = vector[i - 1] + deltas[i];
            }
            yield vector;
          }
          case PART -> readPart(in, earlier.get(in.count("a distance", Integer.MAX_VALUE)));
          default -> throw in.damaged("a vector form of 0 to 2", "another");
        };
    for (int i = 1; i < timestamps.length; i++) {
      if (timestamps[i] <= timestamps[i - 1]) {
        throw in.damaged("ascending time", "%d times out of order".formatted(i));
      }
    }
    return timestamps;
  }

  private static long[] begin(ByteSource in, long origin) {
    int size = in.count("a number of timestamps", MAX_SAMPLES);
    if (size == 0) {
      throw in.damaged("at least one timestamp", "0");
    }
    long[] timestamps = new long[size];
    timestamps[0] = origin + in.signed();
    return timestamps;
  }

  private static long[] readPart(ByteSource in, long[] whole) {
    int runs = in.count("a number of runs", in.remaining() / 2);
    long[] part = new long[whole.length];
    int at = 0;
    int size = 0;
    for (int run = 0; run < runs; run++) {
      at += in.count("a run left out", whole.length - (long) at);
      int taken = in.count("a run taken", whole.length - (long) at);
      System.arraycopy(whole, at, part, size, taken);
      at += taken;
      size += taken;
    }
    if (size == 0) {
      throw in.damaged("at least one timestamp", "0");
    }
    return Arrays.copyOf(part, size);
  }

  private static void readGrid(ByteSource in, long[] timestamps) {
    long interval = in.varint();
    int gaps = in.count("gaps", in.remaining() / 2);
    int[] gapAt = new int[gaps];
    long[] gapTicks = new long[gaps];
    int last = 0;
    for (int i = 0; i < gaps; i++) {
      last += in.count("a gap", timestamps.length - 1L - last);
      gapAt[i] = last;
      gapTicks[i] = in.varint() + 1;
    }
    long[] jitter = readRest(in, timestamps.length);
    long at = timestamps[0];
    int gap = 0;
    for (int i = 1; i < timestamps.length; i++) {
      at += interval;
      if (gap < gaps && gapAt[gap] == i) {
        at += interval * gapTicks[gap++];
      }
      timestamps[i] = at + jitter[i];
    }
  }

  private static long[] readRest(ByteSource in, int size) {
    long[] rest = new long[size];
    if (in.u8() == 0) {
      Arrays.fill(rest, in.signed());
      return rest;
    }
    int blocks = Math.ceilDiv(size, BLOCK);
    long[] least = new long[blocks];
    int[] widths = new int[blocks];
    long bitCount = 0;
    for (int block = 0; block < blocks; block++) {
      least[block] = in.signed();
      widths[block] = in.u8();
      if (widths[block] > Long.SIZE) {
        throw in.damaged("a width of at most 64 bits", "" + widths[block]);
      }
      bitCount += (long) widths[block] * Math.min(BLOCK, size - block * BLOCK);
    }
    int bytes = (int) Math.min(Integer.MAX_VALUE, bitCount + 7 >>> 3);
    int from = in.position();
    in.skip(bytes);
    BitSource bits = new BitSource();
    bits.reset(padded(in.array(), from, bytes), 0, bytes);
    for (int i = 0; i < size; i++) {
      rest[i] = least[i / BLOCK] + bits.read(widths[i / BLOCK]);
    }
    return rest;
  }

  private static byte[] padded(byte[] bytes, int from, int length) {
    byte[] padded = new byte[length + BitSource.PADDING];
    System.arraycopy(bytes, from, padded, 0, length);
    return padded;
  }
}
