package dev.vedette.promql.parse;

import dev.vedette.promql.parse.VectorMatching.Cardinality;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules of types and matching for a binary operator. */
final class BinaryCheck {
  private final TokenStream errors;
  private final SourceRange symbol;

  /**
   * @param symbol the operator and what modifies it
   */
  BinaryCheck(TokenStream errors, SourceRange symbol) {
    this.errors = errors;
    this.symbol = symbol;
  }

  Expr check(BinaryOp op, Expr left, Expr right, boolean returnBool, Parser.Matching written) {
    SourceRange whole = SourceRange.between(left.source(), right.source());
    boolean scalars = left.type() == ValueType.SCALAR && right.type() == ValueType.SCALAR;
    checkBool(op, scalars, returnBool);
    if (written.matching().on()) {
      checkIncluded(written.matching());
    }
    checkOperand(left);
    checkOperand(right);
    VectorMatching matching = checkMatching(op, left, right, written.matching(), whole);
    boolean anyScalar = left.type() == ValueType.SCALAR || right.type() == ValueType.SCALAR;
    if (anyScalar && op.isSet()) {
      errors.defer(
          whole,
          "set operator \"%s\" not allowed in binary scalar expression".formatted(op.symbol()));
    }
    ValueType type = scalars ? ValueType.SCALAR : ValueType.INSTANT_VECTOR;
    return new Expr.Binary(op, left, right, returnBool, matching, type, whole);
  }

  private void checkBool(BinaryOp op, boolean scalars, boolean returnBool) {
    if (returnBool && !op.isComparison()) {
      errors.defer(symbol, "bool modifier can only be used on comparison operators");
    }
    if (op.isComparison() && !returnBool && scalars) {
      errors.defer(symbol, "comparisons between scalars must use BOOL modifier");
    }
  }

  private void checkIncluded(VectorMatching matching) {
    for (String label : matching.labels()) {
      if (matching.include().contains(label)) {
        errors.defer(
            symbol, "label \"%s\" must not occur in ON and GROUP clause at once".formatted(label));
      }
    }
  }

  private void checkOperand(Expr operand) {
    if (operand.type() != ValueType.SCALAR && operand.type() != ValueType.INSTANT_VECTOR) {
      errors.defer(
          operand.source(), "binary expression must contain only scalar and instant vector types");
    }
  }

  private @Nullable VectorMatching checkMatching(
      BinaryOp op, Expr left, Expr right, VectorMatching matching, SourceRange whole) {
    boolean vectors =
        left.type() == ValueType.INSTANT_VECTOR && right.type() == ValueType.INSTANT_VECTOR;
    if (!vectors) {
      if (!matching.labels().isEmpty()) {
        errors.defer(whole, "vector matching only allowed between instant vectors");
      }
      return null;
    }
    if (!op.isSet()) {
      return matching;
    }
    if (matching.isGrouped()) {
      errors.defer(whole, "no grouping allowed for \"%s\" operation".formatted(op.symbol()));
    }
    if (matching.fillLeft() != null || matching.fillRight() != null) {
      errors.defer(whole, "filling in missing series not allowed for set operators");
    }
    return new VectorMatching(
        Cardinality.MANY_TO_MANY, matching.labels(), matching.on(), List.of(), null, null);
  }
}
