package dev.vedette.model;

/** Elapsed time, injected so that tests own it. Wall time comes from {@link java.time.Clock}. */
@FunctionalInterface
public interface Ticker {
  /** Nanoseconds since an arbitrary origin; never goes back. */
  long nanos();

  static Ticker system() {
    return System::nanoTime;
  }
}
