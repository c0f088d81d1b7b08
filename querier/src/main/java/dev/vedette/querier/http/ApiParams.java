package dev.vedette.querier.http;

import dev.vedette.model.Coverage;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelMatcher;
import dev.vedette.promql.parse.Durations;
import dev.vedette.promql.parse.Expr;
import dev.vedette.promql.parse.Features;
import dev.vedette.promql.parse.Parser;
import dev.vedette.runtime.http.Params;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** Parameters of the API, read and refused as Prometheus does. Times are Unix milliseconds. */
final class ApiParams {
  private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
  private static final Set<String> FALSE = Set.of("", "0", "f", "F", "FALSE", "false", "False");

  private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]+");
  // What Go's ParseFloat takes, but for hexadecimals, infinities and NaN: none is a time.
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?");
  private static final Pattern INFINITY = Pattern.compile("(?i)[+-]?inf(inity)?");
  // In seconds: what still fits milliseconds, and Go's nanoseconds.
  private static final BigDecimal LONGEST_TIME = BigDecimal.valueOf(Long.MAX_VALUE / 1000);
  private static final BigDecimal LONGEST_DURATION =
      BigDecimal.valueOf(Long.MAX_VALUE / 1_000_000_000L);

  private static final String SELECTS_EVERYTHING =
      "vector selector must contain at least one non-empty matcher";

  private final Params params;

  ApiParams(Params params) {
    this.params = params;
  }

  String text(String name) {
    return params.get(name);
  }

  List<String> texts(String name) {
    return params.all(name);
  }

  /** A time that has to be there. */
  long requiredTime(String name) {
    return parseTime(params.get(name))
        .orElseThrow(() -> ApiError.badParameter(name, badTime(name)));
  }

  /** A time that may be left out. */
  long time(String name, long otherwise) {
    String text = params.get(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    return parseTime(text)
        .orElseThrow(
            () ->
                ApiError.badParameter(
                    name, "invalid time value for '%s': %s".formatted(name, badTime(name))));
  }

  private String badTime(String name) {
    return "cannot parse \"%s\" to a valid timestamp".formatted(params.get(name));
  }

  /** A duration that has to be there, in milliseconds. */
  long requiredDuration(String name) {
    return duration(name).orElseThrow(() -> ApiError.badParameter(name, badDuration(name)));
  }

  /** How long the query may take, at most what the server allows. */
  Duration timeout(Duration longest) {
    if (params.get("timeout").isEmpty()) {
      return longest;
    }
    Duration wanted = Duration.ofMillis(requiredDuration("timeout"));
    return wanted.compareTo(longest) < 0 ? wanted : longest;
  }

  /** Which tier to read: {@code raw} is 0, another its resolution; empty for whichever fits. */
  OptionalLong tier() {
    String text = params.get("tier");
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    if (text.equals("raw")) {
      return OptionalLong.of(0);
    }
    OptionalLong millis = duration("tier");
    if (millis.isEmpty() || !Coverage.RESOLUTIONS.contains(millis.getAsLong())) {
      throw ApiError.badParameter(
          "tier",
          "there is no tier of \"%s\"; expected raw, or the length of a tier's buckets: %s"
              .formatted(text, tierNames()));
    }
    return millis;
  }

  private static String tierNames() {
    List<String> names = Coverage.RESOLUTIONS.stream().map(Coverage::name).toList();
    return String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.getLast();
  }

  /** How far back a sample counts for a step, where the query says so. */
  Duration lookback(Duration otherwise) {
    if (params.get("lookback_delta").isEmpty()) {
      return otherwise;
    }
    long millis =
        duration("lookback_delta")
            .orElseThrow(
                () ->
                    ApiError.badData(
                        "error parsing lookback delta duration: " + badDuration("lookback_delta")));
    return millis > 0 ? Duration.ofMillis(millis) : otherwise;
  }

  private String badDuration(String name) {
    String text = params.get(name);
    boolean number = NUMBER.matcher(text).matches() && Double.isFinite(Double.parseDouble(text));
    boolean tooLong = number || INFINITY.matcher(text).matches();
    return "cannot parse \"%s\" to a valid duration%s"
        .formatted(text, tooLong ? ". It overflows int64" : "");
  }

  private OptionalLong duration(String name) {
    return parseDuration(params.get(name));
  }

  /** Milliseconds of a number of seconds or of a duration as {@code 5m}; empty of anything else. */
  static OptionalLong parseDuration(String text) {
    if (NUMBER.matcher(text).matches()) {
      return millis(text, LONGEST_DURATION);
    }
    try {
      return OptionalLong.of(Durations.parseMillis(text));
    } catch (IllegalArgumentException _) {
      return OptionalLong.empty();
    }
  }

  /** A number of seconds or a date; empty of anything else. */
  static OptionalLong parseTime(String text) {
    if (NUMBER.matcher(text).matches()) {
      return millis(text, LONGEST_TIME);
    }
    try {
      return OptionalLong.of(OffsetDateTime.parse(text).toInstant().toEpochMilli());
    } catch (DateTimeException | ArithmeticException _) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong millis(String seconds, BigDecimal longest) {
    BigDecimal number = new BigDecimal(seconds);
    if (number.abs().compareTo(longest) > 0) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        number.movePointRight(3).setScale(0, RoundingMode.HALF_UP).longValueExact());
  }

  /** Most entries of an answer; 0 means all. */
  int limit() {
    String text = params.get("limit");
    if (text.isEmpty()) {
      return 0;
    }
    int limit = number("limit", text);
    if (limit < 0) {
      throw ApiError.badParameter("limit", "limit must be non-negative");
    }
    return limit;
  }

  /** A limit of metadata, where below 0 means all and 0 means none. */
  int metadataLimit(String name) {
    String text = params.get(name);
    try {
      return text.isEmpty() ? -1 : Integer.parseInt(text);
    } catch (NumberFormatException _) {
      throw ApiError.badData(name + " must be a number");
    }
  }

  /** A switch that is off unless it is set, written as Go writes truth. */
  boolean flag(String name) {
    String text = params.get(name);
    if (TRUE.contains(text)) {
      return true;
    }
    if (!FALSE.contains(text)) {
      throw ApiError.badParameter(
          name,
          "unable to parse boolean: strconv.ParseBool: parsing \"%s\": invalid syntax"
              .formatted(text));
    }
    return false;
  }

  private static int number(String name, String text) {
    boolean number = WHOLE_NUMBER.matcher(text).matches();
    try {
      if (number) {
        return Integer.parseInt(text);
      }
    } catch (NumberFormatException _) {
      // Too large, as said below.
    }
    throw ApiError.badParameter(
        name,
        "strconv.Atoi: parsing \"%s\": %s"
            .formatted(text, number ? "value out of range" : "invalid syntax"));
  }

  /** The expression that was asked for. */
  Expr query(Features features) {
    try {
      return parse(features);
    } catch (InvalidRequest e) {
      throw ApiError.badParameter("query", e);
    }
  }

  /** The same where the error comes without the parameter's name. */
  Expr parse(Features features) {
    return Parser.parse(params.get("query"), features);
  }

  /** The selectors of all {@code match[]}; any of them may match. */
  List<List<LabelMatcher>> matches() {
    List<List<LabelMatcher>> selectors = new ArrayList<>();
    for (String text : params.all("match[]")) {
      selectors.add(selector(text));
    }
    return selectors;
  }

  /**
   * The same where a selector may match every series, as of a page that one who federates asks for.
   * One without a matcher selects nothing and is left out.
   */
  List<List<LabelMatcher>> anyMatches() {
    return params.all("match[]").stream()
        .map(Parser::parseAnySelector)
        .filter(matchers -> !matchers.isEmpty())
        .toList();
  }

  private static List<LabelMatcher> selector(String text) {
    try {
      return Parser.parseSelector(text);
    } catch (InvalidRequest e) {
      // The same complaint, in the words this parameter has for it.
      throw String.valueOf(e.getMessage()).endsWith(SELECTS_EVERYTHING)
          ? ApiError.badData("match[] must contain at least one non-empty matcher")
          : e;
    }
  }
}
