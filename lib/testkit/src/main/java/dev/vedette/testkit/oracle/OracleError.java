package dev.vedette.testkit.oracle;

/** The expression has no value for the data it meets, as with two matches where one may be. */
public final class OracleError extends RuntimeException {
  OracleError(String message) {
    super(message);
  }
}
