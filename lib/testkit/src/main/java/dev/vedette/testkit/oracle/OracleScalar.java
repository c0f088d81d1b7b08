package dev.vedette.testkit.oracle;

import java.util.function.LongToDoubleFunction;

/**
 * A scalar.
 *
 * @param text as PromQL
 * @param value at a time in Unix milliseconds
 */
public record OracleScalar(String text, LongToDoubleFunction value) {
  // Times are told from here: numbers that large would leave variances no digits.
  static final long EPOCH_SECONDS = 1_760_000_000;

  static OracleScalar literal(double number) {
    return new OracleScalar(Double.toString(number), _ -> number);
  }

  static OracleScalar time() {
    return new OracleScalar(
        "(time() - %d)".formatted(EPOCH_SECONDS), millis -> millis / 1000.0 - EPOCH_SECONDS);
  }

  static OracleScalar pi() {
    return new OracleScalar("pi()", _ -> Math.PI);
  }

  /** The smaller or the larger of two. */
  OracleScalar extreme(boolean smaller, OracleScalar other) {
    return new OracleScalar(
        "%s(%s, %s)".formatted(smaller ? "min_of" : "max_of", text, other.text),
        millis -> {
          double left = value.applyAsDouble(millis);
          double right = other.value.applyAsDouble(millis);
          return smaller ? Math.min(left, right) : Math.max(left, right);
        });
  }

  /** When the query begins. */
  static OracleScalar start(QueryFrame frame) {
    return new OracleScalar(
        "(start() - %d)".formatted(EPOCH_SECONDS),
        _ -> frame.startMillis() / 1000.0 - EPOCH_SECONDS);
  }

  /** When it ends. */
  static OracleScalar end(QueryFrame frame) {
    return new OracleScalar(
        "(end() - %d)".formatted(EPOCH_SECONDS), _ -> frame.endMillis() / 1000.0 - EPOCH_SECONDS);
  }

  static OracleScalar step(QueryFrame frame) {
    return new OracleScalar("step()", _ -> frame.stepMillis() / 1000.0);
  }

  static OracleScalar range(QueryFrame frame) {
    return new OracleScalar("range()", _ -> (frame.endMillis() - frame.startMillis()) / 1000.0);
  }

  /** NaN unless there is exactly one series. */
  static OracleScalar of(OracleVector vector) {
    return new OracleScalar(
        "scalar(%s)".formatted(vector.text()),
        millis -> {
          var values = vector.at(millis).values();
          return values.size() == 1 ? values.iterator().next() : Double.NaN;
        });
  }
}
