package dev.vedette.promql.exec;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.Coverage;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.ReadParts;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.partial.PartialAggregates;
import dev.vedette.model.partial.PartialAnswer;
import dev.vedette.model.partial.PartialCursor;
import dev.vedette.model.partial.PartialRequest;
import dev.vedette.model.partial.Spending;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryProgress;
import dev.vedette.promql.explain.PlanRead;
import dev.vedette.promql.explain.PlanTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A source whose cursors reserve what they hold: one batch of samples, decoded, and about as much
 * again below. How much that is shows only once it is decoded, so a guess by the selection's range
 * is reserved first, and what is wrong with it put right after each batch. One thread, but for the
 * readers of a cursor's parts.
 */
public final class MeteredSource implements SeriesSource {
  // A guess: what is scraped comes every so often.
  static final long MILLIS_PER_SAMPLE = 15_000;
  // Timestamp and value.
  private static final int BYTES_PER_SAMPLE = 16;
  // The batch and what it was decoded from.
  private static final int COPIES = 2;
  private static final long MOST_GUESSED = 16 << 20;

  private final SeriesSource source;
  private final QueryHold memory;
  private final QueryProgress progress;
  private final @Nullable PlanTrace trace;
  private final ReadCheck check;

  /**
   * @param check what cursors ask while they read
   */
  public MeteredSource(SeriesSource source, QueryMemory.Reservation memory, ReadCheck check) {
    this(source, new QueryHold(memory), new QueryProgress(), null, check);
  }

  /**
   * @param progress where bytes handed over are counted
   * @param trace where reads are written down, if there is one
   * @param check what cursors ask while they read, on any thread
   */
  MeteredSource(
      SeriesSource source,
      QueryHold memory,
      QueryProgress progress,
      @Nullable PlanTrace trace,
      ReadCheck check) {
    this.source = source;
    this.memory = memory;
    this.progress = progress;
    this.trace = trace;
    this.check = check;
  }

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection) {
    return metered(tenant, selection, check);
  }

  /** The query's own check is asked, too. */
  @Override
  public SeriesCursor select(TenantId tenant, Selection selection, ReadCheck other) {
    return metered(
        tenant,
        selection,
        () -> {
          check.check();
          other.check();
        });
  }

  private SeriesCursor metered(TenantId tenant, Selection selection, ReadCheck during) {
    progress.reads().selected(selection.startMillis(), selection.endMillis());
    long guess = guess(selection);
    memory.add(guess);
    return new Cursor(traced(tenant, selection, during), guess);
  }

  private SeriesCursor traced(TenantId tenant, Selection selection, ReadCheck during) {
    PlanTrace plan = trace;
    if (plan == null) {
      return source.select(tenant, selection, during);
    }
    PlanRead read = plan.read(selection, source.estimatedSeries(tenant, selection), List.of());
    return new TracedCursor(
        plan.reading(read, () -> source.select(tenant, selection, during)), plan, read);
  }

  /** Those of the source; what they read is counted as it is told. */
  @Override
  public Optional<PartialAggregates> partials() {
    return source.partials().map(Partials::new);
  }

  private final class Partials implements PartialAggregates {
    private final PartialAggregates partials;

    Partials(PartialAggregates partials) {
      this.partials = partials;
    }

    @Override
    public boolean does(PartialRequest request) {
      return partials.does(request);
    }

    @Override
    public PartialCursor open(TenantId tenant, PartialRequest request, Spending spending) {
      Selection selection = request.selection();
      progress.reads().selected(selection.startMillis(), selection.endMillis());
      PlanTrace plan = trace;
      if (plan == null) {
        return partials.open(
            tenant,
            request,
            (series, samples, bytes) -> {
              progress.handedOver(bytes);
              spending.read(series, samples, bytes);
            });
      }
      PlanRead read =
          plan.read(selection, source.estimatedSeries(tenant, selection), pushed(request));
      Spending counted =
          (series, samples, bytes) -> {
            progress.handedOver(bytes);
            read.add(series, samples, bytes);
            spending.read(series, samples, bytes);
          };
      return new TracedAnswers(
          plan.reading(read, () -> partials.open(tenant, request, counted)), plan, read);
    }
  }

  private static List<String> pushed(PartialRequest request) {
    List<String> pushed = new ArrayList<>();
    if (request.points().isCall()) {
      pushed.add(request.points().function());
    }
    pushed.add(
        "%s %s (%s)"
            .formatted(
                request.reduction().name().toLowerCase(Locale.ROOT),
                request.keep() ? "by" : "without",
                new TreeSet<>(request.labels())
                    .stream()
                        .filter(label -> request.keep() || !label.equals(Labels.METRIC_NAME))
                        .collect(Collectors.joining(", "))));
    return pushed;
  }

  private long guess(Selection selection) {
    double samples =
        ((double) selection.endMillis() - selection.startMillis()) / MILLIS_PER_SAMPLE + 1;
    double bytes = samples * SeriesBatch.CAPACITY * BYTES_PER_SAMPLE * COPIES;
    return (long) Math.min(bytes, Math.min(MOST_GUESSED, memory.room() / 4));
  }

  @Override
  public List<Labels> series(TenantId tenant, Selection selection, int limit) {
    progress.reads().selected(selection.startMillis(), selection.endMillis());
    return source.series(tenant, selection, limit);
  }

  @Override
  public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
    return source.labelNames(tenant, selection, limit);
  }

  @Override
  public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
    return source.labelValues(tenant, name, selection, limit);
  }

  @Override
  public OptionalLong estimatedSeries(TenantId tenant, Selection selection) {
    return source.estimatedSeries(tenant, selection);
  }

  @Override
  public List<MetricMetadata> metadata(TenantId tenant) {
    return source.metadata(tenant);
  }

  @Override
  public Coverage coverage(TenantId tenant) {
    return source.coverage(tenant);
  }

  @Override
  public CardinalityReport cardinality(TenantId tenant, int top) {
    return source.cardinality(tenant, top);
  }

  /** Writes down what is read. */
  private record TracedCursor(SeriesCursor cursor, PlanTrace trace, PlanRead read)
      implements SeriesCursor {
    @Override
    public boolean next(SeriesBatch batch) {
      return next(batch, cursor::next);
    }

    @Override
    public Optional<SeriesParts> parts(int leastSeries) {
      return cursor.parts(leastSeries).map(parts -> new ReadParts(parts, () -> this::next));
    }

    private boolean next(SeriesBatch batch, Predicate<SeriesBatch> next) {
      boolean any = trace.reading(read, () -> next.test(batch));
      long samples = 0;
      for (int i = 0; i < batch.count(); i++) {
        samples += batch.size(i);
      }
      read.add(batch.count(), samples, SampleBytes.of(batch));
      return any;
    }

    @Override
    public void close() {
      cursor.close();
    }
  }

  /** Counts the time that the source takes. */
  private record TracedAnswers(PartialCursor cursor, PlanTrace trace, PlanRead read)
      implements PartialCursor {
    @Override
    public @Nullable PartialAnswer next() {
      return trace.<@Nullable PartialAnswer>reading(read, cursor::next);
    }

    @Override
    public void close() {
      cursor.close();
    }
  }

  private final class Cursor implements SeriesCursor {
    private final SeriesCursor cursor;
    private final long guess;
    private final Reserved own;
    // Of the readers of its parts; guarded by itself.
    private final List<Reserved> ofReaders = new ArrayList<>();

    Cursor(SeriesCursor cursor, long guess) {
      this.cursor = cursor;
      this.guess = guess;
      this.own = new Reserved(guess, memory);
    }

    @Override
    public boolean next(SeriesBatch batch) {
      return own.next(batch, cursor::next);
    }

    @Override
    public Optional<SeriesParts> parts(int leastSeries) {
      return cursor.parts(leastSeries).map(parts -> new ReadParts(parts, this::newReserved));
    }

    /** For one more reader; what is reserved for the cursor itself is the first one's. */
    private Reserved newReserved() {
      QueryHold ofReader = memory.ofWorker();
      synchronized (ofReaders) {
        boolean isFirst = ofReaders.isEmpty();
        if (!isFirst) {
          ofReader.add(guess);
        }
        Reserved reserved = new Reserved(isFirst ? own.handOver() : guess, ofReader);
        ofReaders.add(reserved);
        return reserved;
      }
    }

    @Override
    public void close() {
      cursor.close();
      own.close();
      synchronized (ofReaders) {
        ofReaders.forEach(Reserved::close);
      }
    }
  }

  /** What one reader holds. One thread at a time. */
  private final class Reserved implements ReadParts.Reading {
    private final QueryHold memory;
    private long bytes;
    private long largest;

    Reserved(long bytes, QueryHold memory) {
      this.bytes = bytes;
      this.memory = memory;
    }

    /** What was reserved, for another reader in place of this one. */
    long handOver() {
      long all = bytes;
      bytes = 0;
      return all;
    }

    @Override
    public boolean next(SeriesBatch batch, Predicate<SeriesBatch> next) {
      boolean any = next.test(batch);
      // Arrays are used again for the next batch, so it is the largest one that counts.
      long handedOver = SampleBytes.of(batch);
      progress.handedOver(handedOver);
      largest = Math.max(largest, COPIES * handedOver);
      if (largest > bytes) {
        memory.add(largest - bytes);
      } else {
        memory.release(bytes - largest);
      }
      bytes = largest;
      return any;
    }

    @Override
    public void close() {
      memory.release(bytes);
      bytes = 0;
    }
  }
}
