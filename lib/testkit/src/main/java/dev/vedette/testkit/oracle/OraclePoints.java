package dev.vedette.testkit.oracle;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** Functions of each value by itself, by their names. */
final class OraclePoints {
  static final Map<String, DoubleUnaryOperator> BY_NAME = new LinkedHashMap<>();

  /** Those whose values are huge where their argument is not small. */
  static final Set<String> GROWING = Set.of("exp", "sinh", "cosh");

  /** Of a time in seconds, in UTC. */
  static final Map<String, ToDoubleFunction<ZonedDateTime>> DATES = new LinkedHashMap<>();

  static {
    BY_NAME.put("abs", Math::abs);
    BY_NAME.put("ceil", Math::ceil);
    BY_NAME.put("floor", Math::floor);
    BY_NAME.put("sgn", Math::signum);
    BY_NAME.put("sqrt", Math::sqrt);
    BY_NAME.put("exp", Math::exp);
    BY_NAME.put("ln", Math::log);
    BY_NAME.put("log2", v -> Math.log(v) / Math.log(2));
    BY_NAME.put("log10", Math::log10);
    BY_NAME.put("deg", v -> v * 180 / Math.PI);
    BY_NAME.put("rad", v -> v * Math.PI / 180);
    BY_NAME.put("sin", Math::sin);
    BY_NAME.put("cos", Math::cos);
    BY_NAME.put("tan", Math::tan);
    BY_NAME.put("asin", Math::asin);
    BY_NAME.put("acos", Math::acos);
    BY_NAME.put("atan", Math::atan);
    BY_NAME.put("sinh", Math::sinh);
    BY_NAME.put("cosh", Math::cosh);
    BY_NAME.put("tanh", Math::tanh);
    BY_NAME.put("asinh", v -> Math.signum(v) * Math.log(Math.abs(v) + Math.sqrt(v * v + 1)));
    BY_NAME.put("acosh", v -> Math.log(v + Math.sqrt(v * v - 1)));
    BY_NAME.put("atanh", v -> Math.log((1 + v) / (1 - v)) / 2);

    DATES.put("minute", ZonedDateTime::getMinute);
    DATES.put("hour", ZonedDateTime::getHour);
    DATES.put("day_of_week", time -> time.getDayOfWeek().getValue() % 7);
    DATES.put("day_of_month", ZonedDateTime::getDayOfMonth);
    DATES.put("day_of_year", ZonedDateTime::getDayOfYear);
    DATES.put("days_in_month", time -> YearMonth.from(time).lengthOfMonth());
    DATES.put("month", ZonedDateTime::getMonthValue);
    DATES.put("year", ZonedDateTime::getYear);
  }

  private OraclePoints() {}

  /** The time of a number of seconds; parts of a second do not count. */
  static ZonedDateTime date(double seconds) {
    return Instant.ofEpochSecond((long) seconds).atZone(ZoneOffset.UTC);
  }
}
