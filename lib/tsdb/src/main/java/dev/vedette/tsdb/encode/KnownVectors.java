package dev.vedette.tsdb.encode;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The vectors of a block that were written already, to be found when they come back. They are kept
 * in their packed form, so that the jittered times of thousands of targets over a day fit: a
 * timestamp takes one or two bytes, on a regular grid next to none. What is found is compared entry
 * by entry. Beyond the bound the oldest are forgotten. Not thread-safe.
 */
final class KnownVectors {
  private static final int NONE = -1;
  // Object, entry and key of one.
  private static final int OVERHEAD_BYTES = 128;

  private final long maxBytes;
  private final VectorCodec codec = new VectorCodec();
  private final ByteSink scratch = new ByteSink();
  private final Map<Long, Known> byHash = new LinkedHashMap<>();
  private long bytes;

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Known(int id, int size, byte[] packed) {
    long memoryBytes() {
      return packed.length + OVERHEAD_BYTES;
    }
  }

  KnownVectors(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The number of a vector, or below 0 where it is not known. */
  int find(long[] timestamps, int size) {
    Known known = byHash.get(hash(timestamps, size));
    if (known == null || known.size != size) {
      return NONE;
    }
    ByteSource in = new ByteSource(known.packed, 0, known.packed.length, "memory", 0);
    long[] kept = VectorCodec.read(in, 0, _ -> new long[0]);
    return Arrays.equals(kept, 0, size, timestamps, 0, size) ? known.id : NONE;
  }

  /** Keeps a vector; one with the same hash is forgotten. */
  void add(long[] timestamps, int size, int id) {
    scratch.clear();
    codec.write(scratch, timestamps, size, 0);
    Known added = new Known(id, size, scratch.toBytes());
    Known before = byHash.put(hash(timestamps, size), added);
    bytes += added.memoryBytes() - (before == null ? 0 : before.memoryBytes());
    Iterator<Known> oldest = byHash.values().iterator();
    while (bytes > maxBytes && byHash.size() > 1) {
      bytes -= oldest.next().memoryBytes();
      oldest.remove();
    }
  }

  private static long hash(long[] timestamps, int size) {
    long hash = size;
    for (int i = 0; i < size; i++) {
      hash = (hash ^ timestamps[i]) * 0x9e37_79b9_7f4a_7c15L;
      hash ^= hash >>> 32;
    }
    return hash;
  }
}
