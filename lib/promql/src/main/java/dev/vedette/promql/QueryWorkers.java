package dev.vedette.promql;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads that help those of queries with selectors over many series. So many for a process, shared
 * by all its queries: where none is free a query goes on alone, so nothing ever waits for one. They
 * are made when they are first needed, and end after some time without work. Safe for all threads.
 */
public final class QueryWorkers implements AutoCloseable {
  private static final long IDLE_SECONDS = 60;

  private final int mostOfOne;
  private final @Nullable ThreadPoolExecutor threads;

  /**
   * @param cores that a query may work on at the same time, its own thread included; 1 is no help
   */
  public QueryWorkers(int cores) {
    mostOfOne = Math.max(0, cores - 1);
    threads = mostOfOne == 0 ? null : threads(mostOfOne);
  }

  private static ThreadPoolExecutor threads(int most) {
    ThreadFactory factory = Thread.ofPlatform().name("query worker ", 0).daemon().factory();
    return new ThreadPoolExecutor(
        0, most, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
  }

  /** No threads: each query works alone. */
  public static QueryWorkers none() {
    return new QueryWorkers(1);
  }

  /** Most that may help one query. */
  public int mostOfOne() {
    return mostOfOne;
  }

  /**
   * Has a thread do some work, if one is free now.
   *
   * @param work that sees by itself when it is not needed any more
   */
  public boolean help(Runnable work) {
    if (threads == null) {
      return false;
    }
    try {
      threads.execute(work);
      return true;
    } catch (RejectedExecutionException _) {
      return false;
    }
  }

  /** Ends the threads once they are done with what they do; queries then work alone. */
  @Override
  public void close() {
    if (threads != null) {
      threads.shutdown();
    }
  }
}
