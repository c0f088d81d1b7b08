package dev.vedette.querier;

import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryWorkers;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.StepCounts;
import dev.vedette.promql.exec.Steps;
import io.prometheus.metrics.core.metrics.Counter;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Finds what has to be known of what is stored before a query in another language can be asked in
 * PromQL: in a turn of its own, and what is read for it counts and is bounded as a query's. Who
 * looks for the same while another does is told what that one finds, as with queries. Safe for all
 * threads.
 *
 * @param <T> what is found; nobody changes it
 */
public final class Ahead<T> {
  private final Function<TenantId, Querier.InForce> settings;
  private final SeriesSource source;
  private final QueryGate gate;
  private final Ticker ticker;
  private final SharedQueries<Looked<T>> shared;

  /**
   * What was found ahead of a query.
   *
   * @param options to ask that query with: the same, but for the whole seconds that are gone. Not
   *     for parts of them, by which those who asked alike would be told apart.
   */
  public record Known<T>(T found, QueryOptions options) {}

  /**
   * What a look found.
   *
   * @param begunNanos when it had its turn
   */
  private record Looked<T>(T found, long begunNanos) {}

  Ahead(
      Function<TenantId, Querier.InForce> settings,
      SeriesSource source,
      QueryGate gate,
      QueryMemory memory,
      Ticker ticker,
      Counter shared) {
    this.settings = settings;
    this.source = source;
    this.gate = gate;
    this.ticker = ticker;
    this.shared = new SharedQueries<>(memory, ticker, _ -> true, shared);
  }

  /**
   * Looks, or waits for another who does. Errors are those of a query.
   *
   * @param question in the other language, as it is listed
   * @param aim the same for all who may be told the same, if they ask about the same times
   * @param look reads from the evaluation's source and tells it
   */
  public Known<T> look(
      TenantId tenant,
      Question question,
      String aim,
      QueryOptions options,
      Function<Evaluation, T> look) {
    Querier.InForce by = settings.apply(tenant);
    Duration timeout = options.timeoutUpTo(by.config().timeout());
    SharedRun.Asker asker =
        new SharedRun.Asker(question.expression(), timeout, options.cancelled(), by.names());
    SharedQueries.Key key =
        new SharedQueries.Key(
            by.number(),
            tenant,
            question.asking(aim),
            Optional.empty(),
            OptionalLong.empty(),
            QueryOptions.Look.NOTHING,
            true);
    long asked = ticker.nanos();
    try (Shared<Looked<T>> shown =
        shared.run(
            key,
            asker,
            run ->
                gate.run(
                    tenant,
                    question,
                    run,
                    () ->
                        looked(
                            evaluation(tenant, question, by.config(), timeout, run),
                            asker,
                            look)))) {
      Looked<T> looked = shown.value();
      long begun = looked.begunNanos();
      Duration left = left(asker, asked - begun > 0 ? asked : begun);
      return new Known<>(looked.found(), options.within(left));
    }
  }

  private Looked<T> looked(
      Evaluation evaluation, SharedRun.Asker asker, Function<Evaluation, T> look) {
    SharedRun.requireTime(asker.timeout(), asker.names());
    long begun = ticker.nanos();
    T found = look.apply(evaluation);
    left(asker, begun);
    return new Looked<>(found, begun);
  }

  /** What is left of the time, but for parts of a second that are gone. */
  private Duration left(SharedRun.Asker asker, long sinceNanos) {
    long gone = ticker.nanos() - sinceNanos;
    if (gone >= asker.timeout().toNanos()) {
      throw Evaluation.timedOut(asker.timeout(), asker.names());
    }
    return asker.timeout().minusSeconds(TimeUnit.NANOSECONDS.toSeconds(gone));
  }

  private Evaluation evaluation(
      TenantId tenant,
      Question question,
      QuerierConfig config,
      Duration timeout,
      SharedRun<?> run) {
    return new Evaluation(
        tenant,
        source,
        OptionalLong.empty(),
        new Evaluation.Budget(
            config.limits(),
            timeout,
            ticker.nanos() + timeout.toNanos(),
            ticker,
            run::isAbandoned,
            run.memory(),
            run.progress(),
            QueryWorkers.none()),
        new Evaluation.Observed(new StepCounts(Steps.at(question.startMillis()), false), null));
  }
}
