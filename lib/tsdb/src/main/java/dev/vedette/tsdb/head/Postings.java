package dev.vedette.tsdb.head;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * The refs of the series that carry one label, or of all series: a frozen bitmap and a tail of refs
 * that came since, in order of arrival.
 *
 * <p>Writers hold the birth lock. Readers need none: a state only grows at the end of its tail, and
 * anything else is a new state.
 */
final class Postings {
  // Below this many refs a plain array is smaller than a bitmap and as fast.
  private static final int FREEZE = 64;
  private static final int LARGEST_TAIL = 8192;

  private static final class State {
    final @Nullable RoaringBitmap frozen;
    final int frozenCount;
    final int[] tail;
    volatile int count;

    State(@Nullable RoaringBitmap frozen, int[] tail, int count) {
      this.frozen = frozen;
      this.frozenCount = frozen == null ? 0 : frozen.getCardinality();
      this.tail = tail;
      this.count = count;
    }
  }

  private volatile State state = new State(null, new int[1], 0);

  void add(int ref) {
    State now = state;
    if (now.count == now.tail.length) {
      now = grown(now);
      state = now;
    }
    int count = now.count;
    now.tail[count] = ref;
    now.count = count + 1;
  }

  private static State grown(State now) {
    if (now.frozen == null && now.count < FREEZE) {
      return new State(null, Arrays.copyOf(now.tail, now.count * 2), now.count);
    }
    RoaringBitmap frozen = bitmap(now);
    int tail = Math.clamp(frozen.getCardinality() / 8, FREEZE, LARGEST_TAIL);
    return new State(frozen, new int[tail], 0);
  }

  private static RoaringBitmap bitmap(State now) {
    int count = now.count;
    if (now.frozen != null && count == 0) {
      return now.frozen;
    }
    RoaringBitmap bitmap = RoaringBitmap.bitmapOfUnordered(Arrays.copyOf(now.tail, count));
    if (now.frozen != null) {
      bitmap.or(now.frozen);
    }
    return bitmap;
  }

  /** Forgets the given refs. */
  void remove(RoaringBitmap dead) {
    RoaringBitmap rest = RoaringBitmap.andNot(bitmap(state), dead);
    if (rest.getCardinality() > FREEZE) {
      state = new State(rest, new int[FREEZE], 0);
    } else {
      int[] refs = rest.toArray();
      state = new State(null, Arrays.copyOf(refs, Math.max(1, refs.length)), refs.length);
    }
  }

  int cardinality() {
    State now = state;
    return now.frozenCount + now.count;
  }

  /** All refs; not to be changed, it may be shared. */
  RoaringBitmap bitmap() {
    return bitmap(state);
  }

  void orInto(RoaringBitmap target) {
    State now = state;
    int count = now.count;
    if (now.frozen != null) {
      target.or(now.frozen);
    }
    for (int i = 0; i < count; i++) {
      target.add(now.tail[i]);
    }
  }
}
