package dev.vedette.tsdb.block;

import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.tsdb.block.TestSeries.One;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes up series as exporters send them, and as nobody should. All follows from the random. */
final class RandomSeries {
  private static final long[] ODD_BITS = {
    SpecialValues.STALE_BITS,
    SpecialValues.NAN_BITS,
    0x7ff8_0000_0000_0000L,
    0xfff8_dead_beef_0001L,
    0x7ff0_0000_0000_0001L,
    0x7ff0_0000_0000_0000L,
    0xfff0_0000_0000_0000L,
    0x8000_0000_0000_0000L,
    0,
    1,
    0x8000_0000_0000_0001L,
    0x000f_ffff_ffff_ffffL,
    Double.doubleToRawLongBits(Double.MIN_NORMAL),
    Double.doubleToRawLongBits(Double.MAX_VALUE),
    Double.doubleToRawLongBits(-Double.MAX_VALUE),
    Double.doubleToRawLongBits(0x1p63),
    Double.doubleToRawLongBits(-0x1p63),
    Double.doubleToRawLongBits(0x1p53),
    Double.doubleToRawLongBits(0x1p53 + 2),
    Double.doubleToRawLongBits(1e22),
    Double.doubleToRawLongBits(1e-22),
    Double.doubleToRawLongBits(0.1),
    Double.doubleToRawLongBits(-0.3),
  };
  private static final int KINDS = 16;

  private final SplittableRandom random;
  private long[] lastBits = {};
  private long[] sharedTimes = {};

  RandomSeries(SplittableRandom random) {
    this.random = random;
  }

  /** Series with labels of their own, in no order. */
  List<One> series(int count, int maxSize) {
    List<One> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "m" + random.nextInt(1 + count / 8);
      Labels labels =
          Labels.of("__name__", name, "i", "" + i, random.nextBoolean() ? "x" : "y", "" + i % 3);
      int size = random.nextInt(4) == 0 ? 1 + random.nextInt(maxSize) : maxSize;
      long[] times = times(size);
      all.add(new One(labels, times, bits(times.length)));
    }
    return all;
  }

  private long[] times(int size) {
    if (sharedTimes.length == size && random.nextInt(3) > 0) {
      return sharedTimes;
    }
    long[] times = new long[size];
    int kind = random.nextInt(6);
    long interval = kind == 5 ? 1 : (TestSeries.END - TestSeries.START) / (3L * size) + 1;
    long at = TestSeries.START;
    for (int i = 0; i < size; i++) {
      times[i] = at;
      long jitter = kind == 1 ? random.nextLong(13) : kind == 2 ? random.nextLong(interval) : 0;
      long gap = kind == 3 && random.nextInt(10) == 0 ? interval * random.nextInt(10) : 0;
      at += interval + Math.min(jitter, interval) + (kind == 4 && i == size / 2 ? interval : 0);
      at = Math.min(at + gap, TestSeries.END - (size - i - 2) * (interval + 12));
      at = Math.max(at, times[i] + 1);
    }
    if (kind == 4 && size > 1) {
      times[0] = Long.MIN_VALUE / 2;
    }
    sharedTimes = times;
    return times;
  }

  long[] bits(int size) {
    long[] bits = new long[size];
    int kind = random.nextInt(KINDS);
    double scale = Math.pow(10, random.nextInt(12));
    double value = random.nextInt(1000) / 10.0;
    long step = random.nextInt(1, 100);
    for (int i = 0; i < size; i++) {
      switch (kind) {
        case 0 -> value += random.nextInt(1000);
        case 1 -> value = random.nextInt(5) == 0 ? 0 : value + step;
        case 2 -> value = Math.rint(random.nextDouble() * 1000) / scale;
        case 3 -> value += random.nextInt(1_000_000_000) / 1e9;
        case 4 -> value = random.nextDouble();
        case 5 -> value += step;
        case 6 -> value = Double.longBitsToDouble(random.nextLong());
        case 7 -> value = random.nextInt(20) == 0 ? random.nextInt(10) : value;
        case 8 -> value = 4096.0 * random.nextInt(1 << 20);
        case 9 -> value = random.nextLong();
        case 10 -> value = random.nextLong() >> random.nextInt(64);
        default -> {}
      }
      bits[i] = Double.doubleToRawLongBits(value);
    }
    switch (kind) {
      case 11 -> fillOdd(bits);
      case 12 -> Arrays.fill(bits, ODD_BITS[random.nextInt(ODD_BITS.length)]);
      case 13 -> bits = like(lastBits, bits);
      default -> {}
    }
    if (random.nextInt(4) == 0) {
      bits[random.nextInt(size)] = ODD_BITS[random.nextInt(ODD_BITS.length)];
    }
    if (random.nextInt(8) == 0) {
      bits[size - 1] = SpecialValues.STALE_BITS;
    }
    lastBits = bits;
    return bits;
  }

  private void fillOdd(long[] bits) {
    for (int i = 0; i < bits.length; i++) {
      bits[i] = ODD_BITS[random.nextInt(ODD_BITS.length)];
    }
  }

  /** The series before, moved and stretched by whole numbers. */
  private long[] like(long[] model, long[] otherwise) {
    if (model.length != otherwise.length) {
      return otherwise;
    }
    long[] bits = new long[model.length];
    double factor = random.nextInt(-2, 3);
    double shift = random.nextInt(1000);
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToRawLongBits(Double.longBitsToDouble(model[i]) * factor + shift);
    }
    return bits;
  }
}
