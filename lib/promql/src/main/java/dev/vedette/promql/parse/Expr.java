package dev.vedette.promql.parse;

import dev.vedette.model.LabelMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed PromQL expression. Nodes are immutable and compare by content. */
public sealed interface Expr {
  /** Where it stands in the text. */
  SourceRange source();

  ValueType type();

  /**
   * A number.
   *
   * @param duration whether it was written as a duration, such as {@code 5m}
   */
  record NumberLiteral(double value, boolean duration, SourceRange source) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.SCALAR;
    }
  }

  record StringLiteral(String value, SourceRange source) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.STRING;
    }
  }

  /** Whether samples just outside a range are drawn in. */
  enum Extension {
    NONE,
    ANCHORED,
    SMOOTHED
  }

  /**
   * Picks series by their labels.
   *
   * @param name the metric name before the braces; empty where there was none
   * @param matchers as written, the one of {@code name} last
   */
  record VectorSelector(
      String name,
      List<LabelMatcher> matchers,
      Modifiers modifiers,
      Extension extension,
      SourceRange source)
      implements Expr {
    public VectorSelector {
      matchers = List.copyOf(matchers);
    }

    @Override
    public ValueType type() {
      return ValueType.INSTANT_VECTOR;
    }
  }

  /** A selector with its range; the modifiers are the selector's. */
  record MatrixSelector(VectorSelector selector, DurationExpr range, SourceRange source)
      implements Expr {
    @Override
    public ValueType type() {
      return ValueType.RANGE_VECTOR;
    }
  }

  /** An expression evaluated over a range of its own. */
  record Subquery(
      Expr inner,
      DurationExpr range,
      @Nullable DurationExpr step,
      Modifiers modifiers,
      SourceRange source)
      implements Expr {
    @Override
    public ValueType type() {
      return ValueType.RANGE_VECTOR;
    }
  }

  record Paren(Expr inner, ValueType type, SourceRange source) implements Expr {}

  /** A sign before an expression; numbers have theirs folded in. */
  record Unary(boolean negative, Expr operand, ValueType type, SourceRange source)
      implements Expr {}

  /**
   * An operator between two.
   *
   * @param matching present where both sides are instant vectors
   */
  record Binary(
      BinaryOp op,
      Expr left,
      Expr right,
      boolean returnBool,
      @Nullable VectorMatching matching,
      ValueType type,
      SourceRange source)
      implements Expr {}

  /**
   * An aggregation.
   *
   * @param parameter present for operators that have one
   * @param without whether {@code grouping} names the labels to leave out
   */
  record Aggregation(
      AggregationOp op,
      @Nullable Expr parameter,
      Expr operand,
      List<String> grouping,
      boolean without,
      SourceRange source)
      implements Expr {
    public Aggregation {
      grouping = List.copyOf(grouping);
    }

    @Override
    public ValueType type() {
      return ValueType.INSTANT_VECTOR;
    }
  }

  record Call(Function function, List<Expr> arguments, SourceRange source) implements Expr {
    public Call {
      arguments = List.copyOf(arguments);
    }

    @Override
    public ValueType type() {
      return function.result();
    }
  }

  /** The expression inside any parentheses. */
  static Expr unwrap(Expr expr) {
    Expr inner = expr;
    while (inner instanceof Paren paren) {
      inner = paren.inner();
    }
    return inner;
  }
}
