package dev.vedette.tsdb.head;

import dev.vedette.model.Invariant;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Memory for chunks: pages of 64 KiB, each cut into slabs of one size class, so that a short chunk
 * wastes little and freed memory is used again without copying.
 *
 * <p>An address is a positive int, page number and 16-byte unit in it; 0 is none. One writer, the
 * owner of the shard's lock. Readers may look at a page at any time and find it {@code null} or
 * used for something else; they check their series' version before they trust what they read.
 */
final class SlabArena {
  static final int PAGE_BYTES = 1 << 16;
  static final int LARGEST = 4096;

  private static final int UNIT_BITS = 4;
  private static final int PAGE_BITS = 12;
  private static final int UNIT_MASK = (1 << PAGE_BITS) - 1;
  private static final int MAX_PAGES = 1 << (31 - PAGE_BITS);
  private static final int NONE = -1;

  private static final int[] SIZES = {
    32, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 768, 1024, 2048, LARGEST
  };
  private static final byte[] CLASS_OF = classes();
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private volatile byte[] @Nullable [] pages = new byte[16][];
  private byte[] classOf = new byte[16];
  private int[] live = new int[16];
  private int[] unused = new int[16];
  private int[] freed = new int[16];
  // Pages of one class with room, doubly linked.
  private int[] next = new int[16];
  private int[] previous = new int[16];
  private final int[] roomy = new int[SIZES.length];
  private int[] emptyNumbers = new int[16];
  private int emptyCount;
  private int pageCount;
  private volatile int usedPages;
  private int mostUsed;

  SlabArena() {
    Arrays.fill(roomy, NONE);
  }

  private static byte[] classes() {
    byte[] classes = new byte[LARGEST / 16 + 1];
    int size = 0;
    for (int units = 0; units < classes.length; units++) {
      while (SIZES[size] < units * 16) {
        size++;
      }
      classes[units] = (byte) size;
    }
    return classes;
  }

  /** Takes a slab of at least {@code bytes}; its content is whatever was there before. */
  int allocate(int bytes) {
    Invariant.check(bytes <= LARGEST, "BUG: slab of %d bytes", bytes);
    int size = CLASS_OF[(bytes + 15) >>> UNIT_BITS];
    int page = roomy[size] == NONE ? newPage(size) : roomy[size];
    int offset = freed[page];
    if (offset == NONE) {
      offset = unused[page];
      unused[page] += SIZES[size];
    } else {
      freed[page] = (int) INT.get(pageBytes(page), offset);
    }
    live[page]++;
    if (freed[page] == NONE && unused[page] + SIZES[size] > PAGE_BYTES) {
      unlink(page, size);
    }
    return page << PAGE_BITS | offset >>> UNIT_BITS;
  }

  void free(int address) {
    int page = address >>> PAGE_BITS;
    int size = classOf[page];
    boolean wasFull = freed[page] == NONE && unused[page] + SIZES[size] > PAGE_BYTES;
    int offset = offset(address);
    INT.set(pageBytes(page), offset, freed[page]);
    freed[page] = offset;
    if (--live[page] == 0) {
      if (!wasFull) {
        unlink(page, size);
      }
      giveUp(page);
    } else if (wasFull) {
      link(page, size);
    }
  }

  private int newPage(int size) {
    int page = emptyCount > 0 ? emptyNumbers[--emptyCount] : addNumber();
    if (pages[page] == null) {
      pages[page] = new byte[PAGE_BYTES];
    }
    noteUsed(1);
    classOf[page] = (byte) size;
    live[page] = 0;
    // Address 0 means none, so the first page begins with its second slab.
    unused[page] = page == 0 ? SIZES[size] : 0;
    freed[page] = NONE;
    link(page, size);
    return page;
  }

  private int addNumber() {
    Invariant.check(pageCount < MAX_PAGES, "BUG: shard holds %d pages of chunks", pageCount);
    if (pageCount == live.length) {
      int capacity = pageCount * 2;
      classOf = Arrays.copyOf(classOf, capacity);
      live = Arrays.copyOf(live, capacity);
      unused = Arrays.copyOf(unused, capacity);
      freed = Arrays.copyOf(freed, capacity);
      next = Arrays.copyOf(next, capacity);
      previous = Arrays.copyOf(previous, capacity);
      emptyNumbers = Arrays.copyOf(emptyNumbers, capacity);
      pages = Arrays.copyOf(pages, capacity);
    }
    return pageCount++;
  }

  private void giveUp(int page) {
    noteUsed(-1);
    emptyNumbers[emptyCount++] = page;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer, the holder of the shard's lock.
  private void noteUsed(int more) {
    usedPages += more;
    mostUsed = Math.max(mostUsed, usedPages);
  }

  /**
   * Call after a flush. Empty pages stay for what comes next, up to the most that were in use since
   * the last call: the head fills up again, and new pages each time would be garbage that is old.
   */
  void trim() {
    // Those at the end are taken first.
    int spare = emptyCount - (mostUsed - usedPages);
    for (int i = 0; i < spare; i++) {
      pages[emptyNumbers[i]] = null;
    }
    mostUsed = usedPages;
  }

  private void link(int page, int size) {
    int first = roomy[size];
    next[page] = first;
    previous[page] = NONE;
    if (first != NONE) {
      previous[first] = page;
    }
    roomy[size] = page;
  }

  private void unlink(int page, int size) {
    if (previous[page] == NONE) {
      roomy[size] = next[page];
    } else {
      next[previous[page]] = next[page];
    }
    if (next[page] != NONE) {
      previous[next[page]] = previous[page];
    }
  }

  private byte[] pageBytes(int page) {
    byte[] bytes = pages[page];
    if (bytes == null) {
      throw new IllegalStateException("BUG: page %d of the arena is gone".formatted(page));
    }
    return bytes;
  }

  /** The page an address lies in; for the writer, who knows that it is there. */
  byte[] bytes(int address) {
    return pageBytes(address >>> PAGE_BITS);
  }

  /** The page an address lies in, or null where there is none; for readers. */
  byte @Nullable [] peek(int address) {
    byte[] @Nullable [] now = pages;
    int page = address >>> PAGE_BITS;
    return page < now.length ? now[page] : null;
  }

  static int offset(int address) {
    return (address & UNIT_MASK) << UNIT_BITS;
  }

  /** Bytes of the slab at an address. */
  int capacity(int address) {
    return SIZES[classOf[address >>> PAGE_BITS]];
  }

  /** What {@link #allocate} would really take for {@code bytes}. */
  static int rounded(int bytes) {
    return SIZES[CLASS_OF[(bytes + 15) >>> UNIT_BITS]];
  }

  /** Bytes of pages with chunks in them; empty pages come on top, see {@link #trim}. */
  long usedBytes() {
    return (long) usedPages * PAGE_BYTES;
  }
}
