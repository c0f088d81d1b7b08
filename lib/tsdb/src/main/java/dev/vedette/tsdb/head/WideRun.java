package dev.vedette.tsdb.head;

import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples of a wide series by time, in chunks. A sample behind all others is appended; one before
 * costs that its chunk is written again.
 *
 * <p>One writer, the holder of the shard's lock; any thread may read without one, and sees chunks
 * as they were at one moment.
 */
final class WideRun {
  private static final int MAX_SAMPLES = 120;
  private static final int MAX_BYTES = 16 << 10;
  private static final int FIRST_BYTES = 64;
  private static final int VARINT = 10;
  // Of the object, its arrays and what the last sample keeps.
  private static final int FIXED_BYTES = 300;
  private static final int CHUNK_BYTES = 96;
  private static final WideChunk[] NO_CHUNKS = {};

  // Sealed chunks and, last, the open one.
  private volatile WideChunk[] chunks = NO_CHUNKS;

  // The writer's: what the next sample is compared with.
  private int maxSamples = MAX_SAMPLES;
  private byte[] bytes = {};
  private int length;
  private boolean isOpen;
  private volatile long lastTime = Long.MIN_VALUE;
  private long lastStep;
  private long lastStart;
  private long lastBits;
  private @Nullable Histogram last;

  /** Time of the newest sample there ever was; {@link Long#MIN_VALUE} before the first. */
  long newestMillis() {
    return lastTime;
  }

  /** Whether the newest sample has this content. The writer's. */
  boolean isNewest(long bits, @Nullable Histogram histogram) {
    Histogram newest = last;
    return newest == null || histogram == null
        ? newest == histogram && bits == lastBits
        : newest.hasContentOf(histogram);
  }

  /** What a log remembers of the newest sample: its bits, or what tells histograms apart. */
  long newestFingerprint() {
    return fingerprint(lastBits, last);
  }

  static long fingerprint(long bits, @Nullable Histogram histogram) {
    return histogram == null ? bits : histogram.fingerprint();
  }

  boolean isEmpty() {
    return chunks.length == 0;
  }

  /** Oldest time; {@link Long#MAX_VALUE} without samples. */
  long minMillis() {
    WideChunk[] now = chunks;
    return now.length == 0 ? Long.MAX_VALUE : now[0].first();
  }

  /** Newest time below an end of the samples that there are; {@link Long#MIN_VALUE} for none. */
  long newestBelow(long endMillis) {
    WideChunk[] now = chunks;
    for (int i = now.length - 1; i >= 0; i--) {
      if (now[i].last() < endMillis) {
        return now[i].last();
      }
      if (now[i].first() < endMillis) {
        SampleRun run = new SampleRun();
        now[i].copy(Long.MIN_VALUE, endMillis - 1, run);
        return run.timestamps[run.to - 1];
      }
    }
    return Long.MIN_VALUE;
  }

  /** Memory held, about. */
  long bytes() {
    long total = FIXED_BYTES;
    for (WideChunk chunk : chunks) {
      total += CHUNK_BYTES + chunk.bytes().length;
    }
    return total;
  }

  int samples() {
    int total = 0;
    for (WideChunk chunk : chunks) {
      total += chunk.count();
    }
    return total;
  }

  int chunks() {
    return chunks.length;
  }

  /** The chunks of this moment, oldest first; not to be changed. */
  WideChunk[] snapshot() {
    return chunks;
  }

  /** Adds the samples of a closed range of time to a run. */
  void copy(long start, long end, SampleRun into) {
    for (WideChunk chunk : chunks) {
      chunk.copy(start, end, into);
    }
  }

  /** Adds a sample, or gives the one at its time another value. */
  void put(long time, long bits, @Nullable Histogram histogram, long start) {
    if (time > lastTime) {
      append(time, bits, histogram, start);
      return;
    }
    int index = 0;
    while (index < chunks.length - 1 && chunks[index + 1].first() <= time) {
      index++;
    }
    SampleRun one = new SampleRun(1);
    one.add(time, bits, histogram, start);
    SampleRun old = new SampleRun();
    if (index < chunks.length) {
      chunks[index].copy(Long.MIN_VALUE, Long.MAX_VALUE, old);
    }
    SampleRun merged = new SampleRun();
    merged.merge(old, one);
    replace(index, Math.min(index + 1, chunks.length), merged);
  }

  /** Adds a sample newer than all others. */
  void append(long time, long bits, @Nullable Histogram histogram, long start) {
    WideChunk open = isOpen ? chunks[chunks.length - 1] : null;
    boolean continues =
        open != null
            && open.count() < maxSamples
            && length < MAX_BYTES
            && hasColumnsOfLast(histogram);
    if (!continues) {
      seal(open);
      begin();
    }
    HistogramLayout layout = histogram == null ? null : histogram.layout();
    long first = time;
    int count = 1;
    if (continues && open != null) {
      layout = open.layout();
      first = open.first();
      count = open.count() + 1;
    }
    encode(time, bits, histogram, start);
    boolean isFloat = histogram != null && histogram.isFloat();
    WideChunk grown = new WideChunk(layout, isFloat, bytes, length, count, first, time);
    WideChunk[] now = Arrays.copyOf(chunks, continues ? chunks.length : chunks.length + 1);
    now[now.length - 1] = grown;
    isOpen = true;
    chunks = now;
  }

  /** Whether a sample is of the kind of the last one, which is that of the open chunk. */
  private boolean hasColumnsOfLast(@Nullable Histogram histogram) {
    Histogram before = last;
    return histogram == null || before == null
        ? histogram == before
        : histogram.hasColumnsOf(before);
  }

  /** A chunk that will not grow needs no room to. */
  private void seal(@Nullable WideChunk open) {
    if (open != null && open.bytes().length > open.length()) {
      WideChunk[] now = chunks.clone();
      byte[] exact = Arrays.copyOf(open.bytes(), open.length());
      now[now.length - 1] =
          new WideChunk(
              open.layout(),
              open.isFloat(),
              exact,
              open.length(),
              open.count(),
              open.first(),
              open.last());
      chunks = now;
    }
  }

  private void begin() {
    bytes = new byte[FIRST_BYTES];
    length = 0;
    isOpen = false;
    lastStep = 0;
    lastStart = 0;
  }

  private void encode(long time, long bits, @Nullable Histogram histogram, long start) {
    int columns = histogram == null ? 0 : histogram.layout().columns();
    reserve(1 + VARINT * (3 + columns));
    boolean begins = length == 0;
    long step = time - (begins ? 0 : lastTime);
    int flags = step != lastStep ? WideChunk.TIME : 0;
    flags |= start != lastStart ? WideChunk.START : 0;
    flags |= histogram == null ? 0 : histogram.reset().ordinal() << WideChunk.RESET_SHIFT;
    bytes[length++] = (byte) flags;
    if (step != lastStep) {
      zigzag(step - lastStep);
    }
    if (start != lastStart) {
      zigzag(start - lastStart);
    }
    long wide = histogram == null ? bits : histogram.sumBits();
    varint(Long.reverseBytes(wide ^ (begins ? 0 : lastBits)));
    if (histogram != null) {
      columns(histogram, begins ? null : last);
    }
    lastTime = time;
    lastStep = step;
    lastStart = start;
    lastBits = wide;
    last = histogram;
  }

  private void columns(Histogram histogram, @Nullable Histogram before) {
    int columns = histogram.layout().columns();
    int unchanged = 0;
    for (int i = 0; i < columns; i++) {
      long value = histogram.column(i);
      long old = before == null ? 0 : before.column(i);
      if (value == old) {
        unchanged++;
        continue;
      }
      unchanged(unchanged);
      unchanged = 0;
      if (histogram.isFloat()) {
        varint(Long.reverseBytes(value ^ old));
      } else {
        zigzag(value - old);
      }
    }
    unchanged(unchanged);
  }

  private void unchanged(int columns) {
    if (columns > 0) {
      varint(0);
      varint(columns);
    }
  }

  private void zigzag(long value) {
    varint(value << 1 ^ value >> 63);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 3 / 2, length + more));
    }
  }

  /** Takes out the samples up to and including a time. */
  void dropThrough(long through) {
    WideChunk[] now = chunks;
    int gone = 0;
    while (gone < now.length && now[gone].last() <= through) {
      gone++;
    }
    if (gone < now.length && now[gone].first() <= through) {
      SampleRun rest = new SampleRun();
      now[gone].copy(through + 1, Long.MAX_VALUE, rest);
      replace(gone, gone + 1, rest);
    }
    if (gone > 0) {
      isOpen &= gone < now.length;
      chunks = Arrays.copyOfRange(chunks, gone, chunks.length);
    }
  }

  /** Takes out the samples of a run that still have the value they have there. */
  void remove(SampleRun gone) {
    SampleRun all = new SampleRun();
    copy(Long.MIN_VALUE, Long.MAX_VALUE, all);
    SampleRun left = new SampleRun();
    int next = gone.from;
    for (int i = all.from; i < all.to; i++) {
      while (next < gone.to && gone.timestamps[next] < all.timestamps[i]) {
        next++;
      }
      if (next == gone.to || !all.isSame(i, gone, next)) {
        left.add(all.timestamps[i], all.bits[i], all.histogram(i), all.start(i));
      }
    }
    replace(0, chunks.length, left);
  }

  /** Puts samples in the place of some chunks. */
  private void replace(int from, int to, SampleRun samples) {
    WideRun written = new WideRun();
    if (samples.size() > MAX_SAMPLES) {
      // Two of about one size, or each late sample would leave a chunk of its own.
      written.maxSamples = samples.size() / 2 + 1;
    }
    for (int i = samples.from; i < samples.to; i++) {
      written.append(
          samples.timestamps[i], samples.bits[i], samples.histogram(i), samples.start(i));
    }
    boolean endsOpen = to == chunks.length;
    if (!endsOpen) {
      written.seal(written.isOpen ? written.chunks[written.chunks.length - 1] : null);
    }
    List<WideChunk> now = new ArrayList<>(chunks.length + 2);
    now.addAll(Arrays.asList(chunks).subList(0, from));
    now.addAll(Arrays.asList(written.chunks));
    now.addAll(Arrays.asList(chunks).subList(to, chunks.length));
    if (endsOpen) {
      continueFrom(written);
    }
    chunks = now.toArray(NO_CHUNKS);
  }

  /** Goes on behind the last sample of another run; where it has none, behind its own last one. */
  private void continueFrom(WideRun written) {
    isOpen = written.isOpen;
    if (isOpen) {
      bytes = written.bytes;
      length = written.length;
      lastTime = written.lastTime;
      lastStep = written.lastStep;
      lastStart = written.lastStart;
      lastBits = written.lastBits;
      last = written.last;
    }
  }
}
