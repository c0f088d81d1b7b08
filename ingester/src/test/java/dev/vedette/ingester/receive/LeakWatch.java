package dev.vedette.ingester.receive;

import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects what Netty's detector says of buffers that nobody released. */
final class LeakWatch {
  private final Logger logger = Logger.getLogger(ResourceLeakDetector.class.getName());
  private final List<String> reports = new CopyOnWriteArrayList<>();
  private final ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          reports.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  void start() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    logger.addHandler(handler);
  }

  void stop() {
    logger.removeHandler(handler);
    ResourceLeakDetector.setLevel(before);
  }

  /** What was reported once garbage is collected; the detector looks when a buffer is taken. */
  List<String> reportedAfterCollection(Callable<?> takesBuffers) throws Exception {
    for (int i = 0; i < 3; i++) {
      System.gc();
      takesBuffers.call();
    }
    return reports;
  }
}
