package dev.vedette.querier;

import dev.vedette.promql.QueryResult;

/**
 * What a query gave. The memory it holds is reserved until all who share it have closed it, so
 * close it once it is written. Nobody changes the result.
 */
public final class QueryAnswer implements AutoCloseable {
  private final QueryResult result;
  private final int askers;
  private final Runnable release;
  private boolean isClosed;

  QueryAnswer(QueryResult result, int askers, Runnable release) {
    this.result = result;
    this.askers = askers;
    this.release = release;
  }

  public QueryResult result() {
    return result;
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
