package dev.vedette.tsdb.block;

import dev.vedette.model.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Values of pages that queries read again and again, decoded: dashboards ask for the same series
 * every few seconds, and decoding is most of what reading them costs. A page is kept from the
 * second time on that it is read, with all samples of the series that were asked for; series that
 * do not change take no room.
 *
 * <p>At most so many bytes in all, of all blocks that share this. Once they are taken, a page comes
 * in only where it was asked for more often than one that goes, of late: queries of more pages than
 * there is room for find as many of them as there is, instead of driving out each other's. Safe for
 * all threads. Who reads what is kept takes no lock; who adds a page does, once, for a time that
 * does not depend on how many there are.
 */
public final class DecodedPages {
  // Asking counts half after so long: what was popular once makes room within minutes.
  private static final long HALF_LIFE_NANOS = Duration.ofMinutes(2).toNanos();
  // One more may be for where each lies in what all queries read in turn.
  private static final int MORE_OFTEN = 2;
  // Pages that stay, among those that are looked at to make room for one.
  private static final int MOST_SPARED = 8;

  private final long mostBytes;
  private final Ticker ticker;
  private final LongAdder found = new LongAdder();
  private final LongAdder decoded = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();
  // All guarded by the lock; those that were looked at go to the end.
  private final ArrayDeque<DecodedPage> pages = new ArrayDeque<>();
  private long bytes;
  private long lastAdded;
  // Changed under the lock.
  private volatile boolean givesWay;

  /**
   * @param mostBytes to keep; 0 keeps nothing
   */
  public DecodedPages(long mostBytes, Ticker ticker) {
    this.mostBytes = mostBytes;
    this.ticker = ticker;
  }

  /** Keeps nothing. */
  public static DecodedPages none() {
    return new DecodedPages(0, () -> 0);
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

  /**
   * Drops all and keeps none, for as long as memory is needed for something else. Costs nothing
   * where that is as it was.
   */
  public void giveWay(boolean isNeeded) {
    if (givesWay == isNeeded) {
      return;
    }
    lock.lock();
    try {
      givesWay = isNeeded;
      if (isNeeded) {
        pages.forEach(DecodedPage::drop);
        pages.clear();
        bytes = 0;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Half-lives since some time. */
  int age() {
    return (int) (ticker.nanos() / HALF_LIFE_NANOS);
  }

  /**
   * Whether a page that was asked for so often would be taken, as far as that can be told before it
   * is decoded. Whoever would have to wait for that is told no.
   */
  boolean admits(int times) {
    if (times < 2 || givesWay || !lock.tryLock()) {
      return false;
    }
    try {
      if (bytes + lastAdded <= mostBytes) {
        return true;
      }
      for (int spared = 0; spared < MOST_SPARED; spared++) {
        DecodedPage oldest = pages.peek();
        if (oldest == null || goesFor(times, oldest)) {
          return true;
        }
        pages.add(pages.remove());
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private static boolean goesFor(int times, DecodedPage page) {
    return page.timesAsked() + MORE_OFTEN <= times;
  }

  /**
   * Adds series to a page, those that it has not, if there is room or others go for it.
   *
   * @param columns by place in the page, null where there are none
   */
  void put(PagesOfBlock block, int number, DecodedPage.@Nullable Column[] columns) {
    lock.lock();
    try {
      DecodedPage known = block.at(number);
      DecodedPage page = known == null ? new DecodedPage(block, number) : known;
      long more = page.bytesWith(columns) - (known == null ? 0 : page.bytes());
      if (more == 0 || !makeRoom(page, more)) {
        return;
      }
      page.add(columns);
      bytes += more;
      lastAdded = more;
      if (known == null) {
        pages.add(page);
        block.set(number, page);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: drops pages that were asked for less often than one. */
  private boolean makeRoom(DecodedPage page, long more) {
    if (givesWay || page.bytes() + more > mostBytes) {
      return false;
    }
    int times = page.timesAsked();
    for (int spared = 0; bytes + more > mostBytes; ) {
      DecodedPage oldest = pages.remove();
      if (oldest != page && goesFor(times, oldest)) {
        bytes -= oldest.drop();
      } else {
        pages.add(oldest);
        spared++;
        if (spared == MOST_SPARED) {
          return false;
        }
      }
    }
    return true;
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
