package dev.vedette.querier.datadog;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.querier.datadog.MetricQuery.Binary;
import dev.vedette.querier.datadog.MetricQuery.Metric;
import dev.vedette.querier.datadog.MetricQuery.Negation;
import dev.vedette.querier.datadog.MetricQuery.Number;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A query and the buckets it is asked for: {@code [t, t + bucket)} for t from {@code fromMillis} to
 * before {@code toMillis}.
 *
 * @param bucketMillis length of a bucket
 * @param isBucketOpen whether nobody asked for that length
 */
public record MetricQueryRequest(
    MetricQuery query, long fromMillis, long toMillis, long bucketMillis, boolean isBucketOpen) {
  // Enough for a graph as wide as a screen.
  private static final int DEFAULT_BUCKETS = 300;
  // Few targets are scraped less often than every half of it.
  private static final long LEAST_COUNTING_SECONDS = 60;
  private static final long[] DEFAULT_SECONDS = {
    1, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400
  };

  /**
   * Parses a query; its {@code rollup} goes before the bucket of the request.
   *
   * @param bucketMillis empty for one that gives a graph's worth of buckets
   * @throws InvalidRequest where the query cannot be parsed, its rollups differ, the range is empty
   *     or there are too many buckets
   */
  public static MetricQueryRequest of(
      String query, long fromMillis, long toMillis, OptionalLong bucketMillis) {
    MetricQuery parsed = MetricQueryParser.parse(query);
    if (toMillis <= fromMillis) {
      throw invalid("\"to\" has to be behind \"from\"");
    }
    long span = toMillis - fromMillis;
    if (span < 0) {
      throw invalid("the range from \"from\" to \"to\" is too long");
    }
    OptionalLong rollup = rollupSeconds(parsed, OptionalLong.empty());
    long bucket =
        rollup.isPresent()
            ? rollup.getAsLong() * 1000
            : bucketMillis.orElseGet(() -> defaultBucket(span, counts(parsed)));
    if (bucket <= 0) {
      throw invalid("\"interval\" has to be above 0");
    }
    if ((span - 1) / bucket >= PromqlEngine.MAX_STEPS) {
      throw invalid(
          "more than %d buckets; ask for a longer \"interval\" or a shorter range"
              .formatted(PromqlEngine.MAX_STEPS));
    }
    boolean isOpen = rollup.isEmpty() && bucketMillis.isEmpty();
    return new MetricQueryRequest(parsed, fromMillis, toMillis, bucket, isOpen);
  }

  private static InvalidRequest invalid(String message) {
    return new InvalidRequest(ErrorId.INVALID_REQUEST, message, "");
  }

  private static long defaultBucket(long spanMillis, boolean counts) {
    for (long seconds : DEFAULT_SECONDS) {
      if ((!counts || seconds >= LEAST_COUNTING_SECONDS)
          && spanMillis / (seconds * 1000) <= DEFAULT_BUCKETS) {
        return seconds * 1000;
      }
    }
    return DEFAULT_SECONDS[DEFAULT_SECONDS.length - 1] * 1000;
  }

  /** Whether something is counted, which takes two samples in a bucket. */
  private static boolean counts(MetricQuery query) {
    return switch (query) {
      case Number _ -> false;
      case Negation negation -> counts(negation.of());
      case Binary binary -> counts(binary.left()) || counts(binary.right());
      case Metric metric -> metric.rollup().counter() != null;
    };
  }

  /** The length of a bucket that the query's rollups agree on, if they give any. */
  private static OptionalLong rollupSeconds(MetricQuery query, OptionalLong known) {
    return switch (query) {
      case Number _ -> known;
      case Negation negation -> rollupSeconds(negation.of(), known);
      case Binary binary -> rollupSeconds(binary.right(), rollupSeconds(binary.left(), known));
      case Metric metric -> {
        OptionalLong own = metric.rollup().seconds();
        if (own.isPresent() && known.isPresent() && own.getAsLong() != known.getAsLong()) {
          throw invalid(
              "rollups of %d and of %d seconds cannot be joined; use one length of bucket"
                  .formatted(known.getAsLong(), own.getAsLong()));
        }
        yield own.isPresent() ? own : known;
      }
    };
  }

  /** The same where the first bucket begins at a multiple of its length. */
  public MetricQueryRequest aligned() {
    long from = fromMillis - Math.floorMod(fromMillis, bucketMillis);
    return new MetricQueryRequest(query, from, toMillis, bucketMillis, isBucketOpen);
  }

  /** The first time to evaluate the {@link Promql} at; the next ones are a bucket apart. */
  public long startMillis() {
    return fromMillis + bucketMillis - 1;
  }

  public long endMillis() {
    return startMillis() + (toMillis - fromMillis - 1) / bucketMillis * bucketMillis;
  }

  /** Where the bucket begins whose value is that of a time of evaluation. */
  public long bucketOf(long evaluationMillis) {
    return evaluationMillis - bucketMillis + 1;
  }

  /**
   * The same question in PromQL.
   *
   * @param request with the buckets it is to be asked for
   * @param tags what the query calls the labels of the answer, by their names
   */
  public record Promql(MetricQueryRequest request, String text, Map<String, String> tags) {
    public Promql {
      tags = Map.copyOf(tags);
    }
  }

  /**
   * Looks up under which names the query's metrics and tags are stored, and what samples are. Where
   * it finds counting histograms, buckets whose length is open have that of what is counted.
   *
   * @param reads is told what was read of the source, and may end it
   */
  public Promql promql(SeriesSource source, TenantId tenant, StoredNames.Reads reads) {
    StoredNames names =
        new StoredNames(source, tenant, fromMillis, endMillis(), bucketMillis, reads);
    Promql promql = promql(names);
    boolean tooShort = isBucketOpen && bucketMillis < LEAST_COUNTING_SECONDS * 1000;
    return tooShort && names.anyCounts()
        ? new MetricQueryRequest(query, fromMillis, toMillis, LEAST_COUNTING_SECONDS * 1000, true)
            .promql(names)
        : promql;
  }

  private Promql promql(StoredNames names) {
    PromqlTranslation.Part part = new PromqlTranslation(names, bucketMillis).translate(query);
    @Nullable Map<String, String> tags = part.tags();
    return new Promql(this, part.promql(), tags == null ? Map.of() : tags);
  }
}
