package dev.vedette.tsdb.encode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Whole words in byte arrays, little-endian like everything in a block. */
final class Endian {
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private Endian() {}

  static long zigzag(long value) {
    return value << 1 ^ value >> 63;
  }

  static long unzigzag(long coded) {
    return coded >>> 1 ^ -(coded & 1);
  }

  /** Bits needed to write an unsigned value; 0 for 0. */
  static int bitLength(long value) {
    return Long.SIZE - Long.numberOfLeadingZeros(value);
  }
}
