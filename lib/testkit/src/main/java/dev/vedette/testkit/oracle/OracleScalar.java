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
