package dev.vedette.promql.exec;

import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.QueryWorkers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Works out the parts of a selector on several threads and hands them out in order, so that whoever
 * reads it sees the same, to the bit, as of one thread. The query's own thread works like the
 * others whenever the part that comes next is not ready; the others come from {@link QueryWorkers}
 * and are at most so many parts ahead. What they find, count and have to say belongs to the query
 * only when its part's turn comes; errors are thrown then, too.
 *
 * <p>{@link #next} and {@link #close} are for the query's thread.
 */
final class ParallelStream implements VectorStream {
  // Less than some 200 microseconds of work, of which handing over half would take a quarter.
  private static final long LEAST_VALUES = 16_384;
  // Of a part: few enough that threads end at about the same time, many enough that a part's own
  // cost, a microsecond or two, does not show.
  private static final long VALUES_OF_PART = 8192;
  // A guess: what is scraped comes every so often.
  private static final long MILLIS_PER_SAMPLE = 15_000;
  // Each thread may be so many parts ahead of the reader.
  private static final int PARTS_AHEAD = 2;
  // A part is mostly one batch, and hardly ever more than two.
  private static final int BATCHES_OF_PART = 2;

  /** Makes a stream of what a cursor reads, to be used by one thread. */
  @FunctionalInterface
  interface Factory {
    VectorStream open(Evaluation evaluation, SeriesCursor cursor);
  }

  /** What is known of one part. */
  private static final class Result {
    final int part;
    final List<VectorBatch> batches = new ArrayList<>(1);
    @Nullable WorkerLog log;
    @Nullable Throwable failure;
    int handedOut;

    Result(int part) {
      this.part = part;
    }
  }

  private final Evaluation evaluation;
  private final SeriesCursor cursor;
  private final SeriesParts parts;
  private final Factory factory;
  private final QueryWorkers workers;
  private final int steps;
  private final int ahead;
  private final long reservedBytes;
  // The query's own thread's.
  private @Nullable Worker own;
  private @Nullable Result current;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All of these are guarded by the lock. Results by part, modulo their number.
  private final @Nullable Result[] results;
  private final ArrayDeque<VectorBatch> spare = new ArrayDeque<>();
  private final ArrayDeque<Worker> resting = new ArrayDeque<>();
  private int claimed;
  private int consumed;
  private int helpers;
  private boolean stopped;
  // There was no memory for one more, so none is asked for.
  private boolean alone;

  private ParallelStream(
      Evaluation evaluation,
      SeriesCursor cursor,
      SeriesParts parts,
      Factory factory,
      int steps,
      long reservedBytes) {
    this.evaluation = evaluation;
    this.cursor = cursor;
    this.parts = parts;
    this.factory = factory;
    this.workers = evaluation.workers();
    this.steps = steps;
    this.ahead = ahead(workers);
    this.results = new Result[ahead];
    this.reservedBytes = reservedBytes;
  }

  private static int ahead(QueryWorkers workers) {
    return PARTS_AHEAD * (workers.mostOfOne() + 1);
  }

  /**
   * A stream of what a cursor reads: by several threads where it can be taken apart, is worth it,
   * and memory allows. Closes the cursor with the stream, and at once where there is none.
   *
   * @param windows that are read
   */
  static VectorStream of(
      Evaluation evaluation, SeriesCursor cursor, WindowTimes windows, Factory factory) {
    try {
      return open(evaluation, cursor, windows, factory);
    } catch (RuntimeException | Error e) {
      cursor.close();
      throw e;
    }
  }

  private static VectorStream open(
      Evaluation evaluation, SeriesCursor cursor, WindowTimes windows, Factory factory) {
    if (evaluation.workers().mostOfOne() > 0) {
      double values = valuesOfSeries(windows);
      int least = (int) Math.clamp(VALUES_OF_PART / values, 1, VectorBatch.CAPACITY);
      Optional<SeriesParts> parts = cursor.parts(least);
      if (parts.isPresent() && isWorthIt(parts.get(), values)) {
        int steps = windows.steps().count();
        long series = (long) ahead(evaluation.workers()) * BATCHES_OF_PART * VectorBatch.CAPACITY;
        long bytes = series * Double.BYTES * steps;
        if (evaluation.tryHoldBytes(bytes)) {
          return new ParallelStream(evaluation, cursor, parts.get(), factory, steps, bytes);
        }
      }
    }
    return factory.open(evaluation, cursor);
  }

  private static boolean isWorthIt(SeriesParts parts, double valuesOfSeries) {
    return parts.count() > 1 && parts.series() * valuesOfSeries >= LEAST_VALUES;
  }

  /** About how many samples and steps each series has. */
  private static double valuesOfSeries(WindowTimes windows) {
    double span =
        (double) windows.lastEndMillis() - windows.firstEndMillis() + windows.rangeMillis();
    return span / MILLIS_PER_SAMPLE + windows.steps().count();
  }

  @Override
  public boolean next(VectorBatch batch) {
    batch.clear();
    while (true) {
      Result result = current;
      if (result != null && result.handedOut < result.batches.size()) {
        VectorBatch found = result.batches.get(result.handedOut++);
        batch.swap(found);
        giveBack(found);
        return true;
      }
      if (result != null) {
        current = null;
        finish(result);
      }
      if (consumed == parts.count()) {
        return false;
      }
      current = nextResult();
      begin(current);
    }
  }

  private void giveBack(VectorBatch batch) {
    lock.lock();
    try {
      spare.push(batch);
    } finally {
      lock.unlock();
    }
  }

  /** What a part found counts from now on. */
  private void begin(Result result) {
    WorkerLog log = result.log;
    if (log != null) {
      log.replay(evaluation);
    }
    switch (result.failure) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> {}
    }
  }

  private void finish(Result result) {
    WorkerLog log = result.log;
    if (log != null) {
      evaluation.releaseBytes(log.heldBytes());
    }
  }

  /** The next part's result; works on it, or on later ones, while it is not there. */
  private Result nextResult() {
    Worker worker = own;
    if (worker == null) {
      worker = new Worker(evaluation.worker());
      own = worker;
    }
    while (true) {
      Result claimedPart;
      lock.lock();
      try {
        int slot = consumed % ahead;
        Result ready = results[slot];
        if (ready != null) {
          results[slot] = null;
          consumed++;
          callHelpers();
          return ready;
        }
        claimedPart = claim();
        callHelpers();
        if (claimedPart == null) {
          changed.awaitUninterruptibly();
          continue;
        }
      } finally {
        lock.unlock();
      }
      worker.work(claimedPart);
    }
  }

  /**
   * Under the lock: a part to work on, for which there is a result from now on, if there is one.
   */
  private @Nullable Result claim() {
    if (stopped || claimed >= Math.min(parts.count(), consumed + ahead)) {
      return null;
    }
    Result result = new Result(claimed);
    claimed++;
    return result;
  }

  /** Under the lock. */
  private void callHelpers() {
    int left = Math.min(parts.count(), consumed + ahead) - claimed;
    while (!alone && helpers < Math.min(workers.mostOfOne(), left) && workers.help(this::help)) {
      helpers++;
    }
  }

  private void put(Result result) {
    lock.lock();
    try {
      results[result.part % ahead] = result;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What a helping thread does: one part after the other, until there is none to begin. */
  private void help() {
    Worker worker = null;
    try {
      worker = rested();
      Result part = begin();
      while (part != null) {
        worker.work(part);
        part = begin();
      }
    } catch (VedetteException _) {
      // For another reader there is no memory: the others do its work, and fail if they must.
      worker = null;
    } finally {
      end(worker);
    }
  }

  private Worker rested() {
    lock.lock();
    try {
      Worker worker = resting.poll();
      if (worker != null) {
        return worker;
      }
    } finally {
      lock.unlock();
    }
    return new Worker(evaluation.worker());
  }

  private @Nullable Result begin() {
    lock.lock();
    try {
      return claim();
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable Worker worker) {
    lock.lock();
    try {
      helpers--;
      if (worker == null) {
        alone = true;
      } else {
        resting.push(worker);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Reads and works out parts; used by one thread at a time. */
  private final class Worker {
    private final Evaluation mine;
    private final SeriesParts.Reader reader = parts.newReader();
    private final VectorStream stream;

    Worker(Evaluation mine) {
      this.mine = mine;
      this.stream = factory.open(mine, new PartCursor(reader));
    }

    /** Puts the result whatever happens: somebody waits for it. */
    void work(Result result) {
      try {
        fill(result);
      } catch (RuntimeException | Error e) {
        result.failure = e;
      } finally {
        put(result);
      }
    }

    private void fill(Result result) {
      try {
        reader.seek(result.part);
        VectorBatch batch = newBatch();
        while (!isStopped() && stream.next(batch)) {
          mine.holdHistograms(batch);
          result.batches.add(batch);
          batch = newBatch();
        }
        giveBack(batch);
      } finally {
        result.log = mine.takeLog();
      }
    }
  }

  private boolean isStopped() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  private VectorBatch newBatch() {
    lock.lock();
    try {
      VectorBatch batch = spare.poll();
      return batch == null ? new VectorBatch(steps) : batch;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for those who help, which end with the batch that they are at. */
  @Override
  public void close() {
    lock.lock();
    try {
      stopped = true;
      while (helpers > 0) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    cursor.close();
    evaluation.releaseBytes(reservedBytes);
  }

  /** The part that a worker is at, as a cursor. */
  private record PartCursor(SeriesParts.Reader reader) implements SeriesCursor {
    @Override
    public boolean next(SeriesBatch batch) {
      return reader.next(batch);
    }

    @Override
    public void close() {}
  }
}
