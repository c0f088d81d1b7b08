package dev.vedette.querier;

import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.promql.QueryProgress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/** Queries that wait for their turn or run; anyone may look at them and end them. Thread-safe. */
public final class RunningQueries {
  private final Clock clock;
  private final Ticker ticker;
  // Whoever is not shown the list cannot guess an id.
  private final SecureRandom ids = new SecureRandom();
  private final AtomicLong came = new AtomicLong();
  private final ConcurrentMap<String, Running> queries = new ConcurrentHashMap<>();

  RunningQueries(Clock clock, Ticker ticker) {
    this.clock = clock;
    this.ticker = ticker;
  }

  /** One query. Closing it takes it off the list. */
  public final class Running implements AutoCloseable {
    private final String id = HexFormat.of().toHexDigits(ids.nextLong());
    private final long number = came.incrementAndGet();
    private final TenantId tenant;
    private final Question question;
    private final QueryProgress progress;
    private final IntSupplier askers;
    private final Instant since = clock.instant();
    private final long startNanos = ticker.nanos();
    private volatile boolean hasTurn;

    private Running(
        TenantId tenant, Question question, QueryProgress progress, IntSupplier askers) {
      this.tenant = tenant;
      this.question = question;
      this.progress = progress;
      this.askers = askers;
    }

    /** Random, of 16 hexadecimal digits. */
    public String id() {
      return id;
    }

    /** Whose data it asks for. */
    public TenantId tenant() {
      return tenant;
    }

    public Question question() {
      return question;
    }

    /** What it has used so far. */
    public QueryProgress progress() {
      return progress;
    }

    /** How many asked it and wait for the one answer. */
    public int askers() {
      return askers.getAsInt();
    }

    public Instant since() {
      return since;
    }

    /** Time since it came, its wait included. */
    public Duration elapsed() {
      return Duration.ofNanos(ticker.nanos() - startNanos);
    }

    /** Whether its wait is over. */
    public boolean hasTurn() {
      return hasTurn;
    }

    void turn() {
      progress.queued(ticker.nanos() - startNanos);
      hasTurn = true;
    }

    @Override
    public void close() {
      queries.remove(id);
    }
  }

  Running add(TenantId tenant, Question question, QueryProgress progress, IntSupplier askers) {
    Running running = new Running(tenant, question, progress, askers);
    queries.put(running.id(), running);
    return running;
  }

  /** Those of a tenant, the oldest first. */
  public List<Running> list(TenantId tenant) {
    return queries.values().stream()
        .filter(each -> each.tenant().equals(tenant))
        .sorted(Comparator.comparingLong((Running each) -> each.number))
        .toList();
  }

  /** Ends a query with {@code query-cancelled}; false where the tenant has none of that id. */
  public boolean cancel(TenantId tenant, String id) {
    Running running = queries.get(id);
    if (running == null || !running.tenant().equals(tenant)) {
      return false;
    }
    running.progress().cancel();
    return true;
  }
}
