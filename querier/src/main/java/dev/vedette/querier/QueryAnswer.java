package dev.vedette.querier;

import dev.vedette.promql.QueryResult;
import dev.vedette.querier.cache.CachedRanges.Found;

/**
 * What a query gave. The memory it holds is reserved until all who share it have closed it, so
 * close it once it is written. Nobody changes the result.
 */
public final class QueryAnswer implements AutoCloseable {
  private final Found found;
  private final int askers;
  private final Runnable release;
  private boolean isClosed;

  QueryAnswer(Found found, int askers, Runnable release) {
    this.found = found;
    this.askers = askers;
    this.release = release;
  }

  public QueryResult result() {
    return found.result();
  }

  /** At how many of its steps the result was known before. */
  public int cachedSteps() {
    return found.cachedSteps();
  }

  /** How many asked the same while it ran, whoever takes this one included. */
  public int askers() {
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
