package dev.vedette.tsdb.block;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Where the decoded pages of one block are found. Any threads. */
final class PagesOfBlock {
  // In place of a page that was read once.
  private static final DecodedPage SEEN = new DecodedPage(() -> {});

  private final DecodedPages all;
  private final AtomicReferenceArray<@Nullable DecodedPage> pages;

  PagesOfBlock(DecodedPages all, int count) {
    this.all = all;
    this.pages = new AtomicReferenceArray<>(count);
  }

  /** A page that is kept, with some of its series or to be filled; null where it is not kept. */
  @Nullable DecodedPage at(int number) {
    DecodedPage page = pages.get(number);
    if (page == null) {
      pages.compareAndSet(number, null, SEEN);
      return null;
    }
    if (page != SEEN) {
      return page;
    }
    DecodedPage made = new DecodedPage(() -> pages.set(number, null));
    return pages.compareAndSet(number, SEEN, made) ? made : pages.get(number);
  }

  void count(boolean isFound) {
    all.count(isFound);
  }

  void put(DecodedPage page, int series, DecodedPage.Column column) {
    all.put(page, series, column);
  }

  /** The block's readers are gone, and no more will come. */
  void close() {
    List<DecodedPage> kept = new ArrayList<>();
    for (int i = 0; i < pages.length(); i++) {
      DecodedPage page = pages.get(i);
      if (page != null && page != SEEN) {
        kept.add(page);
      }
    }
    all.drop(kept);
  }
}
