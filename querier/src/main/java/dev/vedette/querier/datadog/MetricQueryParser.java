package dev.vedette.querier.datadog;

import dev.vedette.querier.datadog.MetricQuery.Binary;
import dev.vedette.querier.datadog.MetricQuery.Counter;
import dev.vedette.querier.datadog.MetricQuery.Filter;
import dev.vedette.querier.datadog.MetricQuery.Metric;
import dev.vedette.querier.datadog.MetricQuery.Negation;
import dev.vedette.querier.datadog.MetricQuery.Number;
import dev.vedette.querier.datadog.MetricQuery.Reduction;
import dev.vedette.querier.datadog.MetricQuery.Rollup;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Parses Datadog-style queries by recursive descent. What cannot be parsed is an {@code
 * InvalidRequest} that begins with line and column. Linear in the text; nesting and the number of
 * operators are bounded.
 */
public final class MetricQueryParser {
  private static final int MAX_NESTING = 100;
  private static final int MAX_OPERATORS = 500;
  private static final String FUNCTIONS =
      "expected avg, sum, min, max, count, last or a percentile as p95";
  private static final long MAX_ROLLUP_SECONDS = 366 * 86_400L;

  private final QueryText text;
  private int nesting;
  private int operators;

  private MetricQueryParser(QueryText text) {
    this.text = text;
  }

  /** Parses a whole query. */
  public static MetricQuery parse(String query) {
    QueryText text = new QueryText(query);
    if (text.atEnd()) {
      throw text.refused("no query found in input");
    }
    MetricQuery parsed = new MetricQueryParser(text).sum();
    if (!text.atEnd()) {
      throw text.unexpected("an operator or the end of the query");
    }
    return parsed;
  }

  private MetricQuery sum() {
    MetricQuery left = product();
    while (text.peek() == '+' || text.peek() == '-') {
      left = binary(left, true);
    }
    return left;
  }

  private MetricQuery product() {
    MetricQuery left = unary();
    while (text.peek() == '*' || text.peek() == '/') {
      left = binary(left, false);
    }
    return left;
  }

  private MetricQuery binary(MetricQuery left, boolean ofSum) {
    int at = text.position();
    if (++operators > MAX_OPERATORS) {
      throw text.refused("more than %d operators".formatted(MAX_OPERATORS));
    }
    char operator = text.take();
    return new Binary(operator, left, ofSum ? product() : unary(), at);
  }

  private MetricQuery unary() {
    int at = text.position();
    if (++nesting > MAX_NESTING) {
      throw text.refused("nested more than %d deep".formatted(MAX_NESTING));
    }
    try {
      if (text.accept('-')) {
        return new Negation(unary(), at);
      }
      if (text.accept('(')) {
        MetricQuery inner = sum();
        text.expect(')');
        return inner;
      }
      return text.peekIsDigit() ? new Number(text.number(), at) : metric(at);
    } finally {
      nesting--;
    }
  }

  private Metric metric(int at) {
    Reduction function = Reduction.Named.AVG;
    QueryText.Name first = text.name("a metric as avg:http.request.duration{service:api}");
    QueryText.Name name = first;
    if (text.peek() == '(') {
      throw text.refused(
          first.at(),
          "there is no function \"%s\" here; a query is made of metrics, numbers, + - * / and ( )"
              .formatted(first.text()));
    }
    if (text.acceptHere(':')) {
      function =
          reduction(first.text())
              .orElseThrow(
                  () ->
                      text.refused(
                          first.at(),
                          "unknown function \"%s\", %s".formatted(first.text(), FUNCTIONS)));
      name = text.metricName("the name of a metric");
    }
    List<Filter> filters = text.accept('{') ? filters() : List.of();
    List<String> groups = text.acceptWord("by") ? groups() : List.of();
    return new Metric(function, name.text(), filters, groups, rollup(), at);
  }

  /** The function of a name; percentiles are {@code median} and {@code p0} to {@code p100}. */
  private static Optional<Reduction> reduction(String name) {
    for (Reduction.Named function : Reduction.Named.values()) {
      if (function.name().toLowerCase(Locale.ROOT).equals(name)) {
        return Optional.of(function);
      }
    }
    return name.equals("median") ? Optional.of(new Reduction.Percentile("0.5")) : percentile(name);
  }

  private static Optional<Reduction> percentile(String name) {
    if (!name.matches("p[0-9]{1,3}(\\.[0-9]{1,6})?")) {
      return Optional.empty();
    }
    double percent = Double.parseDouble(name.substring(1));
    return percent > 100
        ? Optional.empty()
        : Optional.of(
            new Reduction.Percentile(
                new BigDecimal(name.substring(1)).movePointLeft(2).toPlainString()));
  }

  /** From behind the opening brace to the closing one. */
  private List<Filter> filters() {
    List<Filter> filters = new ArrayList<>();
    if (text.accept('}')) {
      return filters;
    }
    do {
      if (text.acceptEverything()) {
        continue;
      }
      filters.add(filter());
    } while (text.accept(',') || text.acceptWord("AND"));
    if (text.peekWord("OR")) {
      throw text.refused(
          "OR between tags is not supported; list values of one tag as tag IN (a, b)");
    }
    if (!text.accept('}')) {
      throw text.unexpected("\",\" or \"}\" behind a tag");
    }
    return filters;
  }

  private Filter filter() {
    boolean negated = text.accept('!') || text.acceptWord("NOT");
    String tag = text.tag("a tag as service:api, or *").text();
    if (text.accept(':')) {
      return new Filter(tag, List.of(text.value(false)), negated);
    }
    boolean not = text.acceptWord("NOT");
    if (!text.acceptWord("IN")) {
      throw text.unexpected(
          "\":\" and a value, or IN (a, b), behind the tag \"%s\"".formatted(tag));
    }
    text.expect('(');
    List<String> values = new ArrayList<>();
    do {
      values.add(text.value(true));
    } while (text.accept(','));
    text.expect(')');
    return new Filter(tag, values, negated != not);
  }

  private List<String> groups() {
    text.expect('{');
    List<String> groups = new ArrayList<>();
    if (text.accept('}')) {
      return groups;
    }
    do {
      QueryText.Name tag = text.tag("a tag to group by");
      if (groups.contains(tag.text())) {
        throw text.refused(tag.at(), "the tag \"%s\" is there twice".formatted(tag.text()));
      }
      groups.add(tag.text());
    } while (text.accept(','));
    text.expect('}');
    return groups;
  }

  private Rollup rollup() {
    Rollup rollup = Rollup.NONE;
    while (text.accept('.')) {
      QueryText.Name name = text.name("rollup, as_count or as_rate");
      text.expect('(');
      rollup =
          switch (name.text()) {
            case "rollup" -> withRollup(rollup, name);
            case "as_count" -> withCounter(rollup, Counter.AS_COUNT, name);
            case "as_rate" -> withCounter(rollup, Counter.AS_RATE, name);
            default ->
                throw text.refused(
                    name.at(),
                    "unknown function \"%s\", expected rollup, as_count or as_rate"
                        .formatted(name.text()));
          };
      text.expect(')');
    }
    return rollup;
  }

  private Rollup withRollup(Rollup before, QueryText.Name name) {
    if (before.method() != null || before.seconds().isPresent()) {
      throw text.refused(name.at(), "rollup is there twice");
    }
    Rollup rollup = before;
    if (!text.peekIsDigit()) {
      QueryText.Name method = text.name("a function, or the length of a bucket in seconds");
      Reduction reduction =
          reduction(method.text())
              .orElseThrow(
                  () ->
                      text.refused(
                          method.at(),
                          "cannot roll up by \"%s\", %s".formatted(method.text(), FUNCTIONS)));
      Counter counter = before.counter();
      if (counter != null && !counter.method().equals(reduction)) {
        throw text.refused(
            method.at(),
            "as_count and as_rate say how to roll up; leave \"%s\" out".formatted(method.text()));
      }
      rollup = new Rollup(counter == null ? reduction : null, before.seconds(), counter);
      if (!text.accept(',')) {
        return rollup;
      }
    }
    return new Rollup(rollup.method(), OptionalLong.of(seconds()), rollup.counter());
  }

  private long seconds() {
    int at = text.position();
    if (!text.peekIsDigit()) {
      throw text.unexpected("the length of a bucket in seconds");
    }
    String digits = text.number();
    if (!digits.matches("[0-9]{1,9}")) {
      throw text.refused(at, "expected whole seconds, found %s".formatted(digits));
    }
    long seconds = Long.parseLong(digits);
    if (seconds == 0 || seconds > MAX_ROLLUP_SECONDS) {
      throw text.refused(
          at, "expected 1 to %d seconds, found %s".formatted(MAX_ROLLUP_SECONDS, digits));
    }
    return seconds;
  }

  private Rollup withCounter(Rollup before, Counter counter, QueryText.Name name) {
    if (before.counter() != null) {
      throw text.refused(name.at(), "as_count and as_rate exclude each other and each itself");
    }
    if (before.method() != null && !before.method().equals(counter.method())) {
      throw text.refused(
          name.at(), "%s says how to roll up; give rollup seconds alone".formatted(name.text()));
    }
    return new Rollup(null, before.seconds(), counter);
  }
}
