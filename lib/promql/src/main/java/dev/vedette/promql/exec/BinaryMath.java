package dev.vedette.promql.exec;

import dev.vedette.promql.parse.BinaryOp;

/** Binary operators on two numbers. */
public final class BinaryMath {
  private BinaryMath() {}

  /**
   * The result of arithmetic; of a comparison 1 or 0.
   *
   * @throws IllegalStateException for set operators
   */
  public static double apply(BinaryOp op, double left, double right) {
    return switch (op) {
      case ADD -> left + right;
      case SUBTRACT -> left - right;
      case MULTIPLY -> left * right;
      case DIVIDE -> left / right;
      case MODULO -> left % right;
      case POWER -> power(left, right);
      case ATAN2 -> Math.atan2(left, right);
      case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
          holds(op, left, right) ? 1 : 0;
      case AND, OR, UNLESS, TRIM_UPPER, TRIM_LOWER ->
          throw new IllegalStateException("BUG: %s of numbers".formatted(op));
    };
  }

  /** C's rules for 1 and -1, which Java leaves as NaN. */
  private static double power(double base, double exponent) {
    if (base == 1 || base == -1 && Double.isInfinite(exponent)) {
      return 1;
    }
    return Math.pow(base, exponent);
  }

  /** Whether a comparison holds. */
  public static boolean holds(BinaryOp op, double left, double right) {
    return switch (op) {
      case EQUAL -> left == right;
      case NOT_EQUAL -> left != right;
      case LESS -> left < right;
      case LESS_OR_EQUAL -> left <= right;
      case GREATER -> left > right;
      case GREATER_OR_EQUAL -> left >= right;
      default -> throw new IllegalStateException("BUG: %s as comparison".formatted(op));
    };
  }
}
