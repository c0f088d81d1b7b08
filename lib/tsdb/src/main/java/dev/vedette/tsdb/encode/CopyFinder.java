package dev.vedette.tsdb.encode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the series of a group that were coded, and finds the one whose steps another series
 * repeats, be it from another start or times a whole factor. Exporters say many things twice, and
 * fleets do the same thing at the same time.
 */
final class CopyFinder {
  private final Map<Long, Original> originals = new HashMap<>();

  /** A coded series: its place in the group and its steps. */
  private record Original(int index, long factor, long[] y, long[] corrections) {}

  /** What to say of a series instead of its values. */
  record Copy(int index, long factor) {}

  void clear() {
    originals.clear();
  }

  /** The original of the series at hand, or null; then the series is remembered as one itself. */
  @Nullable Copy findOrAdd(SeriesAnalysis series, int size, int index) {
    boolean corrected = series.code.hasCorrections();
    int sign = sign(series.y, size);
    long hash = hash(series.y, size, sign);
    Original original = originals.get(hash);
    if (original == null) {
      long[] y = Arrays.copyOf(series.y, size);
      long[] corrections =
          corrected ? Arrays.copyOf(series.corrections(), size) : SeriesCode.NO_BITS;
      originals.put(hash, new Original(index, series.xFactor, y, corrections));
      return null;
    }
    if (original.y.length != size
        || series.xFactor % original.factor != 0
        || corrected != (original.corrections.length > 0)) {
      return null;
    }
    int relation = sign * sign(original.y, size);
    for (int i = 0; i < size; i++) {
      if (series.y[i] != relation * original.y[i]) {
        return null;
      }
    }
    if (corrected) {
      long[] own = series.corrections();
      for (int i = 0; i < size; i++) {
        if (own[i] - own[0] != original.corrections[i] - original.corrections[0]) {
          return null;
        }
      }
    }
    return new Copy(original.index, relation * (series.xFactor / original.factor));
  }

  /** Sign of the first step. */
  private static int sign(long[] y, int size) {
    for (int i = 1; i < size; i++) {
      if (y[i] != 0) {
        return y[i] > 0 ? 1 : -1;
      }
    }
    return 1;
  }

  private static long hash(long[] y, int size, int sign) {
    long hash = size;
    for (int i = 1; i < size; i++) {
      hash = (hash ^ sign * y[i]) * 0x9E37_79B9_7F4A_7C15L;
      hash ^= hash >>> 29;
    }
    return hash;
  }
}
