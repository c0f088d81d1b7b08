package dev.vedette.tsdb.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How a chunk lies in its slab. The chunks of a series are linked from the newest to the oldest.
 *
 * <pre>
 * | previous u32, top bit: run | length u32 or interval u32 | min i64 | max i64 | stream, or value |
 * </pre>
 *
 * <p>A run of one value at one interval keeps only its bounds; any other chunk holds {@code count
 * u16} and the bit stream of {@code docs/format/chunk.md}, {@code length} bytes in all. Of an open
 * chunk only the minimum and the stream are valid: the rest is in the series' record.
 */
final class Chunks {
  static final int HEADER_BYTES = 24;
  static final int STREAM = HEADER_BYTES + 2;
  static final int RUN_BYTES = 32;

  private static final int RUN_FLAG = 0x8000_0000;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Chunks() {}

  static int previous(byte[] page, int at) {
    return (int) INT.get(page, at) & ~RUN_FLAG;
  }

  static boolean isRun(byte[] page, int at) {
    return (int) INT.get(page, at) < 0;
  }

  static int length(byte[] page, int at) {
    return (int) INT.get(page, at + 4);
  }

  static int interval(byte[] page, int at) {
    return (int) INT.get(page, at + 4);
  }

  static long min(byte[] page, int at) {
    return (long) LONG.get(page, at + 8);
  }

  static long max(byte[] page, int at) {
    return (long) LONG.get(page, at + 16);
  }

  static long runValue(byte[] page, int at) {
    return (long) LONG.get(page, at + HEADER_BYTES);
  }

  static int count(byte[] page, int at) {
    return ((page[at + HEADER_BYTES] & 0xff) << 8) | (page[at + HEADER_BYTES + 1] & 0xff);
  }

  static void setPrevious(byte[] page, int at, int previous) {
    INT.set(page, at, previous | ((int) INT.get(page, at) & RUN_FLAG));
  }

  static void setMin(byte[] page, int at, long min) {
    LONG.set(page, at + 8, min);
  }

  static void writeRun(
      byte[] page, int at, int previous, int interval, long min, long max, long value) {
    INT.set(page, at, previous | RUN_FLAG);
    INT.set(page, at + 4, interval);
    LONG.set(page, at + 8, min);
    LONG.set(page, at + 16, max);
    LONG.set(page, at + HEADER_BYTES, value);
  }

  static void writeHeader(
      byte[] page, int at, int previous, int length, int count, long min, long max) {
    INT.set(page, at, previous);
    INT.set(page, at + 4, length);
    LONG.set(page, at + 8, min);
    LONG.set(page, at + 16, max);
    page[at + HEADER_BYTES] = (byte) (count >>> 8);
    page[at + HEADER_BYTES + 1] = (byte) count;
  }
}
