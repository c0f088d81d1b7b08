package dev.vedette.promql.parse;

/** Binary operators; a higher precedence binds tighter. */
public enum BinaryOp {
  OR("or", 1, Kind.SET),
  AND("and", 2, Kind.SET),
  UNLESS("unless", 2, Kind.SET),
  EQUAL("==", 3, Kind.COMPARISON),
  NOT_EQUAL("!=", 3, Kind.COMPARISON),
  LESS("<", 3, Kind.COMPARISON),
  LESS_OR_EQUAL("<=", 3, Kind.COMPARISON),
  GREATER(">", 3, Kind.COMPARISON),
  GREATER_OR_EQUAL(">=", 3, Kind.COMPARISON),
  TRIM_UPPER("</", 3, Kind.ARITHMETIC),
  TRIM_LOWER(">/", 3, Kind.ARITHMETIC),
  ADD("+", 4, Kind.ARITHMETIC),
  SUBTRACT("-", 4, Kind.ARITHMETIC),
  MULTIPLY("*", 5, Kind.ARITHMETIC),
  DIVIDE("/", 5, Kind.ARITHMETIC),
  MODULO("%", 5, Kind.ARITHMETIC),
  ATAN2("atan2", 5, Kind.ARITHMETIC),
  POWER("^", 6, Kind.ARITHMETIC);

  private enum Kind {
    ARITHMETIC,
    COMPARISON,
    SET
  }

  private final String symbol;
  private final int precedence;
  private final Kind kind;

  BinaryOp(String symbol, int precedence, Kind kind) {
    this.symbol = symbol;
    this.precedence = precedence;
    this.kind = kind;
  }

  public String symbol() {
    return symbol;
  }

  int precedence() {
    return precedence;
  }

  /** Whether {@code a op b op c} is {@code a op (b op c)}. */
  boolean isRightAssociative() {
    return this == POWER;
  }

  public boolean isComparison() {
    return kind == Kind.COMPARISON;
  }

  /** Whether it cuts off part of a histogram. */
  public boolean isTrim() {
    return this == TRIM_LOWER || this == TRIM_UPPER;
  }

  /** Whether results are no longer samples of the metric on the left. */
  public boolean makesAnotherMetric(boolean returnBool) {
    return isComparison() ? returnBool : !isTrim();
  }

  public boolean isSet() {
    return kind == Kind.SET;
  }
}
