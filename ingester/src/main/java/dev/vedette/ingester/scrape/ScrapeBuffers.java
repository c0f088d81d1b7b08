package dev.vedette.ingester.scrape;

import dev.vedette.model.WriteBatch;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What a scrape needs while it runs and hands on afterwards: one thread at a time. */
final class ScrapeBuffers {
  private static final int SMALLEST_BODY = 16 * 1024;
  // A page beyond this is rare; its buffer is not worth keeping for the next, ordinary one.
  private static final int LARGEST_KEPT_BODY = 4 << 20;

  final WriteBatch batch = new WriteBatch();
  final PageReader reader = new PageReader();
  final ExemplarLabels exemplars = new ExemplarLabels();
  byte[] body = new byte[SMALLEST_BODY];

  /** Empties the batch for a target; its series' labels lie in {@code labels}. */
  void beginBatch(byte[] labels) {
    exemplars.clear();
    batch.reset(labels, exemplars);
  }

  /** Makes room for more than {@code used} bytes, at most {@code limit} in all. */
  void growBody(int used, long limit) {
    long doubled =
        Math.min(Math.max(2L * used, SMALLEST_BODY), Math.min(limit, Integer.MAX_VALUE - 16));
    body = Arrays.copyOf(body, (int) doubled);
  }

  /** Buffers in waiting. Any thread. */
  static final class Pool {
    // Scrapes that compute at one time are few; the others wait for the network.
    private static final int MAX_WAITING = 64;

    private final ConcurrentLinkedQueue<ScrapeBuffers> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    ScrapeBuffers take() {
      ScrapeBuffers buffers = waiting.poll();
      if (buffers == null) {
        return new ScrapeBuffers();
      }
      count.decrementAndGet();
      return buffers;
    }

    void giveBack(ScrapeBuffers buffers) {
      buffers.beginBatch(new byte[0]);
      if (buffers.body.length <= LARGEST_KEPT_BODY && count.get() < MAX_WAITING) {
        count.incrementAndGet();
        waiting.add(buffers);
      }
    }
  }
}
