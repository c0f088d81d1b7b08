package dev.vedette.testkit;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What the heap gave. */
public final class Allocation {
  private Allocation() {}

  /** What is measured. */
  public interface Action<E extends Exception> {
    void run() throws E;
  }

  /** Bytes that this thread allocates meanwhile; the measurement itself costs a few hundred. */
  public static <E extends Exception> long bytesOf(Action<E> action) throws E {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    action.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
