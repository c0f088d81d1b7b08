package dev.vedette.promql.exec;

import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.QueryWorkers;
import java.util.ArrayDeque;
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
 * <p>All that this holds beyond what one thread would is given back as soon as the query, or a part
 * of it, is refused memory: the rest is then worked out by the query's thread alone.
 *
 * <p>{@link #next} and {@link #close} are for the query's thread.
 */
final class ParallelStream implements VectorStream, QueryHold.Ahead {
  // Less than some 200 microseconds of work, of which handing over half would take a quarter.
  private static final long LEAST_VALUES = 16_384;
  // Of a part: few enough that threads end at about the same time, many enough that a part's own
  // cost, a microsecond or two, does not show.
  private static final long VALUES_OF_PART = 8192;
  // Each thread may be so many parts ahead of the reader.
  private static final int PARTS_AHEAD = 2;
  // Of a part on average: more is never granted, and must not overflow.
  private static final long MOST_BATCHES = 1 << 16;

  /** Makes a stream of what a cursor reads, to be used by one thread. */
  @FunctionalInterface
  interface Factory {
    VectorStream open(Evaluation evaluation, SeriesCursor cursor);
  }

  private final Evaluation evaluation;
  private final SeriesCursor cursor;
  private final SeriesParts parts;
  private final Factory factory;
  private final QueryWorkers workers;
  private final int steps;
  private final int ahead;
  private final long batchBytes;
  // The query's own thread's.
  private long reservedBytes;
  private @Nullable Worker own;
  private @Nullable PartResult current;
  private boolean isAlone;
  // What one thread reads of the parts that are left, once it is alone.
  private @Nullable VectorStream rest;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All of these are guarded by the lock. Results by part, modulo their number.
  private final @Nullable PartResult[] results;
  private final ArrayDeque<VectorBatch> spare = new ArrayDeque<>();
  private final ArrayDeque<Worker> resting = new ArrayDeque<>();
  private int claimed;
  private int consumed;
  private int helpers;
  // Batches in use and to spare, and how many are reserved.
  private long made;
  private final long most;
  private boolean stopped;
  // There was no memory for a part: none is begun any more.
  private boolean refused;
  // There was no memory for one more reader, so none is asked for.
  private boolean enough;

  private ParallelStream(
      Evaluation evaluation,
      SeriesCursor cursor,
      SeriesParts parts,
      Factory factory,
      int steps,
      long most) {
    this.evaluation = evaluation;
    this.cursor = cursor;
    this.parts = parts;
    this.factory = factory;
    this.workers = evaluation.workers();
    this.steps = steps;
    this.ahead = ahead(workers);
    this.results = new PartResult[ahead];
    this.batchBytes = batchBytes(steps);
    this.most = most;
    this.reservedBytes = most * batchBytes;
  }

  private static long batchBytes(int steps) {
    return (long) VectorBatch.CAPACITY * Double.BYTES * steps;
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
        long batches = batches(parts.get(), ahead(evaluation.workers()) + 1);
        if (evaluation.tryHoldBytes(batches * batchBytes(steps))) {
          ParallelStream stream =
              new ParallelStream(evaluation, cursor, parts.get(), factory, steps, batches);
          evaluation.memory().register(stream);
          return stream;
        }
      }
    }
    return factory.open(evaluation, cursor);
  }

  /** Of so many parts that are about as large as all are, one of them being handed out. */
  private static long batches(SeriesParts parts, int count) {
    long series = Math.ceilDiv(parts.series(), (long) parts.count());
    return count * (Math.min(MOST_BATCHES, Math.ceilDiv(series, (long) VectorBatch.CAPACITY)) + 1);
  }

  private static boolean isWorthIt(SeriesParts parts, double valuesOfSeries) {
    return parts.count() > 1 && parts.series() * valuesOfSeries >= LEAST_VALUES;
  }

  /** About how many samples and steps each series has. */
  private static double valuesOfSeries(WindowTimes windows) {
    double span =
        (double) windows.lastEndMillis() - windows.firstEndMillis() + windows.rangeMillis();
    return span / MeteredSource.MILLIS_PER_SAMPLE + windows.steps().count();
  }

  @Override
  public boolean next(VectorBatch batch) {
    batch.clear();
    while (true) {
      PartResult result = current;
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
      if (isAlone) {
        return rest().next(batch);
      }
      if (consumed == parts.count()) {
        return false;
      }
      result = nextResult();
      if (result.isRefused()) {
        goBackTo(result);
        evaluation.memory().giveBack();
      } else {
        current = result;
        begin(result);
      }
    }
  }

  /** As if the part had not been worked on. */
  private void goBackTo(PartResult result) {
    lock.lock();
    try {
      consumed = result.part;
    } finally {
      lock.unlock();
    }
    finish(result);
  }

  private VectorStream rest() {
    VectorStream left = rest;
    if (left == null) {
      SeriesParts.Reader reader = own == null ? parts.newReader() : own.reader;
      left = factory.open(evaluation, new RestCursor(parts.count(), reader, consumed));
      rest = left;
    }
    return left;
  }

  /** What is left of the part that is being handed out, mostly nothing, does not count any more. */
  @Override
  public void giveBack() {
    end();
    release();
    isAlone = true;
  }

  /** Waits for those who help, which end with the batch that they are at, and forgets the rest. */
  private void end() {
    lock.lock();
    try {
      stopped = true;
      while (helpers > 0) {
        changed.awaitUninterruptibly();
      }
      for (int i = 0; i < results.length; i++) {
        PartResult result = results[i];
        results[i] = null;
        if (result != null) {
          finish(result);
        }
      }
      spare.clear();
      resting.forEach(worker -> worker.reader.close());
      resting.clear();
    } finally {
      lock.unlock();
    }
  }

  private void release() {
    PartResult result = current;
    if (result != null) {
      finish(result);
    }
    evaluation.releaseBytes(reservedBytes);
    reservedBytes = 0;
  }

  private void giveBack(VectorBatch batch) {
    lock.lock();
    try {
      if (made > most) {
        made--;
      } else if (!stopped) {
        spare.push(batch);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What a part found counts from now on. */
  private void begin(PartResult result) {
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

  private void finish(PartResult result) {
    WorkerLog log = result.log;
    if (log != null) {
      evaluation.releaseBytes(log.heldBytes());
      result.log = null;
    }
  }

  /** The next part's result; works on it, or on later ones, while it is not there. */
  private PartResult nextResult() {
    Worker worker = own;
    if (worker == null) {
      worker = new Worker(evaluation.worker());
      own = worker;
    }
    while (true) {
      PartResult claimedPart;
      lock.lock();
      try {
        int slot = consumed % ahead;
        PartResult ready = results[slot];
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
  private @Nullable PartResult claim() {
    if (stopped || refused || claimed >= Math.min(parts.count(), consumed + ahead)) {
      return null;
    }
    PartResult result = new PartResult(claimed);
    claimed++;
    return result;
  }

  /** Under the lock. */
  private void callHelpers() {
    int left = Math.min(parts.count(), consumed + ahead) - claimed;
    while (!enough
        && !refused
        && helpers < Math.min(workers.mostOfOne(), left)
        && workers.help(this::help)) {
      helpers++;
    }
  }

  private void put(PartResult result) {
    lock.lock();
    try {
      results[result.part % ahead] = result;
      refused |= result.isRefused();
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
      PartResult part = begin();
      while (part != null) {
        worker.work(part);
        part = begin();
      }
    } catch (VedetteException _) {
      // For another reader there is no memory: the others do its work, and fail if they must.
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

  private @Nullable PartResult begin() {
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
        enough = true;
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
    void work(PartResult result) {
      try {
        fill(result);
      } catch (RuntimeException | Error e) {
        result.failure = e;
      } finally {
        put(result);
      }
    }

    private void fill(PartResult result) {
      try {
        reader.seek(result.part);
        VectorBatch batch = newBatch(mine);
        while (!isStopped() && stream.next(batch)) {
          mine.holdHistograms(batch);
          result.batches.add(batch);
          batch = newBatch(mine);
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

  /** Parts larger than most need more of them than are reserved. */
  private VectorBatch newBatch(Evaluation worker) {
    boolean isReserved;
    lock.lock();
    try {
      VectorBatch batch = spare.poll();
      if (batch != null) {
        return batch;
      }
      made++;
      isReserved = made <= most;
    } finally {
      lock.unlock();
    }
    if (!isReserved) {
      worker.holdAhead(batchBytes);
    }
    return new VectorBatch(steps);
  }

  @Override
  public void close() {
    end();
    evaluation.memory().unregister(this);
    try {
      cursor.close();
    } finally {
      release();
    }
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
