package dev.vedette.tsdb;

import java.util.Arrays;

/**
 * Numbers of the latest changes of the last hours, by stretches of some seconds: a ring in which
 * later stretches take the places of earlier ones. Of what went it is known up to which time and
 * number it went. 8 KB; not safe for several threads.
 */
final class RecentChanges {
  private static final int PLACES = 512;
  // Stretches are as long as the ring needs them to be to hold this many windows.
  private static final int WINDOWS = 4;
  private static final long LEAST_STRETCH_MILLIS = 15_000;

  private final long stretchMillis;
  private final long[] stretches = new long[PLACES];
  private final long[] numbers = new long[PLACES];
  // Of stretches that lost their places: the end of the last one, and the largest number.
  private long goneUntil = Long.MIN_VALUE;
  private long goneNumber;

  /**
   * @param windowMillis how far behind the clock changes are noted here
   */
  RecentChanges(long windowMillis) {
    this.stretchMillis = Math.max(LEAST_STRETCH_MILLIS, windowMillis * WINDOWS / PLACES);
    Arrays.fill(stretches, Long.MIN_VALUE);
  }

  /**
   * Notes a change of a closed range of time.
   *
   * @param number larger than all before
   */
  void note(long firstMillis, long lastMillis, long number) {
    long last = stretch(lastMillis);
    long first = Math.max(stretch(firstMillis), last - PLACES + 1);
    if (first > stretch(firstMillis)) {
      gone(first - 1, number);
    }
    for (long stretch = first; stretch <= last; stretch++) {
      int place = (int) Math.floorMod(stretch, (long) PLACES);
      if (stretches[place] > stretch) {
        gone(stretch, number);
      } else {
        if (stretches[place] < stretch && numbers[place] > 0) {
          gone(stretches[place], numbers[place]);
        }
        stretches[place] = stretch;
        numbers[place] = number;
      }
    }
  }

  private void gone(long stretch, long number) {
    goneUntil = Math.max(goneUntil, end(stretch));
    goneNumber = Math.max(goneNumber, number);
  }

  /**
   * The latest time up to which nothing has changed since a number was the latest; before the start
   * of the range where nothing is sure.
   */
  long unchangedUntil(long since, long startMillis, long endMillis) {
    if (goneNumber > since && startMillis <= goneUntil) {
      return startMillis - 1;
    }
    long first = stretch(startMillis);
    long changed = Long.MAX_VALUE;
    for (int place = 0; place < PLACES; place++) {
      if (numbers[place] > since && stretches[place] >= first) {
        changed = Math.min(changed, stretches[place]);
      }
    }
    return changed > stretch(endMillis) ? endMillis : end(changed - 1);
  }

  private long stretch(long millis) {
    return Math.floorDiv(millis, stretchMillis);
  }

  private long end(long stretch) {
    return (stretch + 1) * stretchMillis - 1;
  }
}
