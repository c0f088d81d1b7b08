package dev.vedette.querier;

import dev.vedette.promql.QueryResult;
import dev.vedette.querier.cache.CachedRanges.Found;

/**
 * What a query gave. The memory it holds is reserved until all who share it have closed it, so
 * close it once it is written. Nobody changes the result.
 */
public final class QueryAnswer implements AutoCloseable {
  private final Shared<Found> shared;

  QueryAnswer(Shared<Found> shared) {
    this.shared = shared;
  }

  public QueryResult result() {
    return shared.value().result();
  }

  /** At how many of its steps the result was known before. */
  public int cachedSteps() {
    return shared.value().cachedSteps();
  }

  /** How many asked the same while it ran, whoever takes this one included. */
  public int askers() {
    return shared.askers();
  }

  @Override
  public void close() {
    shared.close();
  }
}
