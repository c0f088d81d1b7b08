package dev.vedette.tsdb.head;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.TenantId;
import java.util.List;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * Lets series that hold nothing forget their newest sample when that was deleted: sent again it is
 * a sample like any other, and no duplicate. The log is told, in the order of their other records.
 */
final class Forgetting {
  private final SeriesDirectory directory;
  private final HeadLog log;

  Forgetting(SeriesDirectory directory, HeadLog log) {
    this.directory = directory;
    this.log = log;
  }

  /**
   * Returns once it is durable.
   *
   * @return false where late samples keep a series from it: their newest one cannot be forgotten
   *     before them
   */
  boolean run(TenantId id, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    TenantIndex tenant = directory.find(id);
    if (tenant == null) {
      return true;
    }
    RoaringBitmap matching = new RoaringBitmap();
    for (List<LabelMatcher> matchers : selectors) {
      matching.or(
          new MatcherEvaluation(tenant, directory.labels(), directory.records())
              .evaluate(matchers));
    }
    HeadLog.Records records = log.newRecords();
    boolean areAllDone = true;
    for (PeekableIntIterator refs = matching.getIntIterator(); refs.hasNext(); ) {
      areAllDone &= forget(refs.next(), startMillis, endMillis, records);
    }
    // Also what an earlier try logged and could not wait for.
    log.awaitDurable(log.end());
    return areAllDone;
  }

  /** Takes both locks: late samples are stored under one of them alone. */
  private boolean forget(int ref, long startMillis, long endMillis, HeadLog.Records records) {
    Shard shard = directory.shardOf(ref);
    shard.lock.lock();
    shard.late.lock.lock();
    try {
      if (!shard.holdsNothingSince(ref, startMillis, endMillis)) {
        return true;
      }
      if (shard.late.find(ref) != null) {
        return false;
      }
      records.clear();
      records.noNewest(ref);
      log.append(records);
      shard.forgetNewest(ref);
      return true;
    } finally {
      shard.late.lock.unlock();
      shard.lock.unlock();
    }
  }
}
