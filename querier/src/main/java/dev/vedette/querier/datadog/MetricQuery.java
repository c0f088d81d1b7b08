package dev.vedette.querier.datadog;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A parsed Datadog-style query. Nodes are immutable and compare by content.
 *
 * <p>{@code at} is where a part begins in the text, in characters from 0.
 */
public sealed interface MetricQuery {
  int at();

  /** A number as it was written. */
  record Number(String text, int at) implements MetricQuery {}

  record Negation(MetricQuery of, int at) implements MetricQuery {}

  /** {@code + - * /} between two. */
  record Binary(char operator, MetricQuery left, MetricQuery right, int at)
      implements MetricQuery {}

  /**
   * Series of one metric: {@code avg:http.request.duration{service:api} by {host}.rollup(max, 60)}.
   *
   * @param filters all have to hold
   * @param groups tags that stay apart; across all others series are made one
   * @param rollup how the samples of a bucket become one where the query's function does not say
   */
  record Metric(
      Reduction function,
      String name,
      List<Filter> filters,
      List<String> groups,
      Rollup rollup,
      int at)
      implements MetricQuery {
    public Metric {
      filters = List.copyOf(filters);
      groups = List.copyOf(groups);
    }
  }

  /**
   * A test of one tag.
   *
   * @param values any of them may match; {@code *} in one stands for any characters
   * @param negated whether none may match
   */
  record Filter(String tag, List<String> values, boolean negated) {
    public Filter {
      values = List.copyOf(values);
    }
  }

  /** Makes one number of many. */
  sealed interface Reduction {
    /** Functions without a parameter. */
    enum Named implements Reduction {
      AVG,
      SUM,
      MIN,
      MAX,
      COUNT,
      LAST
    }

    /**
     * A percentile.
     *
     * @param quantile from 0 to 1, as decimal text
     */
    record Percentile(String quantile) implements Reduction {}
  }

  /** What stands behind a metric. */
  enum Counter {
    /** By how much a counter rose in the bucket. */
    AS_COUNT("increase", Reduction.Named.SUM),
    /** The same a second. */
    AS_RATE("rate", Reduction.Named.AVG);

    private final String call;
    private final Reduction.Named method;

    Counter(String call, Reduction.Named method) {
      this.call = call;
      this.method = method;
    }

    /** In PromQL, of series in a bucket of time. */
    String promql(String selector, String bucket) {
      return "%s(%s[%s])".formatted(call, selector, bucket);
    }

    /** Which rollup says the same again: counts of a bucket make up their sum, rates their mean. */
    Reduction method() {
      return method;
    }
  }

  /**
   * How samples of a bucket become one.
   *
   * @param method null where it is the query's function
   * @param seconds length of the buckets instead of the request's
   * @param counter null where samples are values as they are
   */
  record Rollup(@Nullable Reduction method, OptionalLong seconds, @Nullable Counter counter) {
    static final Rollup NONE = new Rollup(null, OptionalLong.empty(), null);
  }
}
