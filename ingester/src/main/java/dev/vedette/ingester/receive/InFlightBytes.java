package dev.vedette.ingester.receive;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes of requests being worked on, with an upper bound. Any thread; never blocks. */
final class InFlightBytes {
  private final long max;
  private final AtomicLong used = new AtomicLong();

  InFlightBytes(long max) {
    this.max = max;
  }

  /** Takes so many bytes, or nothing where they would exceed the bound. */
  boolean tryTake(long bytes) {
    long now = used.addAndGet(bytes);
    // One request alone always passes: its own size has bounds elsewhere.
    if (now > max && now != bytes) {
      used.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void give(long bytes) {
    used.addAndGet(-bytes);
  }

  long used() {
    return used.get();
  }
}
