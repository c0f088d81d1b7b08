package dev.vedette.promql.exec;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.Annotations;
import dev.vedette.promql.parse.SourceRange;
import java.util.function.BooleanSupplier;

/** One query under way: what it reads, what it may use, and what it has to say. One thread. */
public final class Evaluation {
  private final TenantId tenant;
  private final SeriesSource source;
  private final Budget budget;
  private final Annotations annotations = new Annotations();
  private long samplesRead;
  private long seriesRead;
  private long held;

  /**
   * What a query may use.
   *
   * @param maxSamples samples it may read, and values it may hold at once, each
   * @param deadlineNanos of the ticker
   */
  public record Budget(
      long maxSamples, long deadlineNanos, Ticker ticker, BooleanSupplier cancelled) {}

  public Evaluation(TenantId tenant, SeriesSource source, Budget budget) {
    this.tenant = tenant;
    this.source = source;
    this.budget = budget;
  }

  public TenantId tenant() {
    return tenant;
  }

  public SeriesSource source() {
    return source;
  }

  public Annotations annotations() {
    return annotations;
  }

  /** Where a part of the expression leaves what it has to say. */
  public Notes notes(SourceRange where) {
    return new Notes(annotations, where);
  }

  public long samplesRead() {
    return samplesRead;
  }

  public long seriesRead() {
    return seriesRead;
  }

  /** Counts what was read, and stops a query that is too big, too late or not wanted any more. */
  public void read(int series, long samples) {
    seriesRead += series;
    samplesRead += samples;
    if (samplesRead > budget.maxSamples()) {
      throw tooMany("read", samplesRead);
    }
    check();
  }

  /** Counts values kept in memory until the query's end. */
  public void hold(long values) {
    held += values;
    if (held > budget.maxSamples()) {
      throw tooMany("hold", held);
    }
    check();
  }

  private LimitExceeded tooMany(String verb, long samples) {
    return new LimitExceeded(
        ErrorId.QUERY_LIMIT,
        "query processing would load too many samples into memory: it would %s %d, the limit is %d"
            .formatted(verb, samples, budget.maxSamples()),
        "ask for a shorter range, a longer step or fewer series",
        false);
  }

  /** Stops a query whose time is up or that nobody waits for. */
  public void check() {
    if (budget.cancelled().getAsBoolean() || Thread.currentThread().isInterrupted()) {
      throw new Unavailable(
          ErrorId.QUERY_TIMEOUT, "query was canceled in query execution", "ask again");
    }
    if (budget.ticker().nanos() - budget.deadlineNanos() > 0) {
      throw new Unavailable(
          ErrorId.QUERY_TIMEOUT,
          "query timed out in expression evaluation",
          "ask for a shorter range, a longer step or fewer series, or allow more time");
    }
  }

  /** A query that is well-formed but cannot be answered for the data it meets. */
  public static InvalidRequest failed(String message) {
    return new InvalidRequest(ErrorId.QUERY_EXECUTION, message, "");
  }
}
