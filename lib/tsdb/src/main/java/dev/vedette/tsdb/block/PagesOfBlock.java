package dev.vedette.tsdb.block;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Where the decoded pages of one block are found, and how often each was asked for. Any threads.
 */
final class PagesOfBlock {
  private static final int TIMES_BITS = 8;
  private static final int MOST_TIMES = (1 << TIMES_BITS) - 1;

  private final DecodedPages all;
  private final AtomicReferenceArray<@Nullable DecodedPage> pages;
  // How often, and of what age that is, in one number. Without a lock: what is lost when two ask
  // at the same time does no harm.
  private final int[] asked;

  PagesOfBlock(DecodedPages all, int count) {
    this.all = all;
    this.pages = new AtomicReferenceArray<>(count);
    this.asked = new int[count];
  }

  /** Counts that a page is asked for, and returns it with what it has; null where it has none. */
  @Nullable DecodedPage ask(int number) {
    int age = all.age();
    int times = Math.min(MOST_TIMES, timesAsked(number, age) + 1);
    asked[number] = age << TIMES_BITS | times;
    return pages.get(number);
  }

  /** How often a page was asked for, of late; from the first time on it is never 0 again. */
  int timesAsked(int number) {
    return timesAsked(number, all.age());
  }

  private int timesAsked(int number, int age) {
    int packed = asked[number];
    int times = packed & MOST_TIMES;
    // Below 0 where somebody else has asked when the next age had begun already.
    int older = Math.max(0, ((age << TIMES_BITS) - (packed - times)) >> TIMES_BITS);
    return times == 0 ? 0 : Math.max(1, times >> Math.min(older, TIMES_BITS));
  }

  /** Whether what is decoded of a page is better kept. */
  boolean admits(int number) {
    return all.admits(timesAsked(number));
  }

  void count(boolean isFound) {
    all.count(isFound);
  }

  /** Keeps series of a page, by their place in it, as far as there is room. */
  void put(int number, DecodedPage.@Nullable Column[] columns) {
    all.put(this, number, columns);
  }

  /** Under the lock of all pages, as {@link #set}. */
  @Nullable DecodedPage at(int number) {
    return pages.get(number);
  }

  void set(int number, @Nullable DecodedPage page) {
    pages.set(number, page);
  }

  /** The block's readers are gone, and no more will come. */
  void close() {
    List<DecodedPage> kept = new ArrayList<>();
    for (int i = 0; i < pages.length(); i++) {
      DecodedPage page = pages.get(i);
      if (page != null) {
        kept.add(page);
      }
    }
    all.drop(kept);
  }
}
