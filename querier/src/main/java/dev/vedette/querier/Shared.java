package dev.vedette.querier;

/**
 * What a run gave to one of those who asked for it. The memory that the run holds is reserved until
 * all of them have closed theirs. One thread.
 *
 * @param <V> what runs give; nobody changes it
 */
final class Shared<V> implements AutoCloseable {
  private final V value;
  private final int askers;
  private final Runnable release;
  private boolean isClosed;

  Shared(V value, int askers, Runnable release) {
    this.value = value;
    this.askers = askers;
    this.release = release;
  }

  V value() {
    return value;
  }

  /** How many asked the same while it ran, whoever takes this one included. */
  int askers() {
    return askers;
  }

  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      release.run();
    }
  }
}
