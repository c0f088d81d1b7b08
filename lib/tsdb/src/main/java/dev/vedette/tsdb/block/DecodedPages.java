package dev.vedette.tsdb.block;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Values of pages that queries read again and again, decoded: dashboards ask for the same series
 * every few seconds, and decoding is most of what reading them costs. A page is kept from the
 * second time on that it is read, so that one large query does not drive out what many small ones
 * need; series that do not change take no room.
 *
 * <p>At most so many bytes in all, of all blocks that share this: when there are more, pages go
 * that nobody has read since they were last looked at, oldest first. Safe for all threads; readers
 * do not wait for each other.
 */
public final class DecodedPages {
  private final long mostBytes;
  private final LongAdder found = new LongAdder();
  private final LongAdder decoded = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();
  // Both guarded by the lock; changed by pages that hold it.
  private final ArrayDeque<DecodedPage> pages = new ArrayDeque<>();
  private long bytes;

  /**
   * @param mostBytes to keep; 0 keeps nothing
   */
  public DecodedPages(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Keeps nothing. */
  public static DecodedPages none() {
    return new DecodedPages(0);
  }

  boolean keepsAny() {
    return mostBytes > 0;
  }

  void count(boolean isFound) {
    (isFound ? found : decoded).increment();
  }

  /** How often a page was here when it was read. */
  public long found() {
    return found.sum();
  }

  /** How often a page had to be decoded. */
  public long decoded() {
    return decoded.sum();
  }

  /** Bytes kept. */
  public long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Adds a series to a page, unless it was dropped or has it; drops others where there is need. */
  void put(DecodedPage page, int series, DecodedPage.Column column) {
    lock.lock();
    try {
      long more = page.add(series, column);
      if (more == 0) {
        return;
      }
      if (page.bytes() == more) {
        pages.add(page);
      }
      bytes += more;
      for (int chances = pages.size(); bytes > mostBytes; chances--) {
        dropOldest(chances > 0);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: pages that were read since they last came here go to the end instead. */
  private void dropOldest(boolean sparesRead) {
    DecodedPage oldest = pages.remove();
    if (oldest.takeRead() && sparesRead) {
      pages.add(oldest);
    } else {
      bytes -= oldest.drop();
    }
  }

  /** Drops pages for good: their block was closed. */
  void drop(List<DecodedPage> gone) {
    lock.lock();
    try {
      for (DecodedPage page : gone) {
        bytes -= page.drop();
      }
      pages.removeIf(DecodedPage::isDropped);
    } finally {
      lock.unlock();
    }
  }
}
