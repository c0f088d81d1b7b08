package dev.vedette.promql.parse;

/** What may stand for a duration; a plain number means seconds. */
public sealed interface DurationExpr {
  /**
   * A number of seconds.
   *
   * @param unit whether it was written with a unit, such as {@code 5m}
   */
  record Literal(double seconds, boolean unit) implements DurationExpr {}

  /** {@code step()}: the query's step. */
  record Step() implements DurationExpr {}

  /** {@code range()}: from the query's start to its end. */
  record Range() implements DurationExpr {}

  record Negated(DurationExpr operand) implements DurationExpr {}

  /** With a plus sign, which changes nothing but the syntax tree. */
  record Plus(DurationExpr operand) implements DurationExpr {}

  record Binary(BinaryOp op, DurationExpr left, DurationExpr right) implements DurationExpr {}

  /** The smaller or the larger of two. */
  record Extreme(boolean smaller, DurationExpr left, DurationExpr right) implements DurationExpr {}

  /** In parentheses. */
  record Wrapped(DurationExpr inner) implements DurationExpr {}

  /** What {@code step()} and {@code range()} stand for. */
  record Frame(long stepMillis, long rangeMillis) {}

  /** The value in seconds; the frame is asked only where the expression depends on it. */
  static double seconds(DurationExpr expr, Frame frame) {
    return switch (expr) {
      case Literal literal -> literal.seconds();
      case Step _ -> frame.stepMillis() / 1000.0;
      case Range _ -> frame.rangeMillis() / 1000.0;
      case Negated negated -> -seconds(negated.operand(), frame);
      case Plus plus -> seconds(plus.operand(), frame);
      case Wrapped wrapped -> seconds(wrapped.inner(), frame);
      case Extreme extreme -> {
        double left = seconds(extreme.left(), frame);
        double right = seconds(extreme.right(), frame);
        yield extreme.smaller() ? Math.min(left, right) : Math.max(left, right);
      }
      case Binary binary -> {
        double left = seconds(binary.left(), frame);
        double right = seconds(binary.right(), frame);
        yield switch (binary.op()) {
          case ADD -> left + right;
          case SUBTRACT -> left - right;
          case MULTIPLY -> left * right;
          case DIVIDE -> left / right;
          case MODULO -> left % right;
          case POWER -> Math.pow(left, right);
          default -> throw new IllegalStateException("BUG: %s of durations".formatted(binary.op()));
        };
      }
    };
  }
}
