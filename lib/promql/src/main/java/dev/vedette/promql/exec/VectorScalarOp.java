package dev.vedette.promql.exec;

import dev.vedette.promql.parse.BinaryOp;
import java.util.List;

/** A binary operator between a vector and a scalar, in place. */
public final class VectorScalarOp {
  private VectorScalarOp() {}

  /**
   * The operator as a plan node.
   *
   * @param scalarLeft whether the scalar was written first
   */
  public static VectorOp of(
      BinaryOp op,
      VectorOp vector,
      ScalarOp scalar,
      boolean scalarLeft,
      boolean returnBool,
      NameRule dropping) {
    boolean filter = op.isComparison() && !returnBool;
    MapOp.PointFunction function;
    if (op == BinaryOp.TRIM_LOWER || op == BinaryOp.TRIM_UPPER) {
      // Trimming is for histograms; floats have no part that could be trimmed.
      function = (_, _, _) -> Points.NONE;
    } else if (filter) {
      function =
          scalarLeft
              ? (v, args, step) -> BinaryMath.holds(op, args.get(0, step), v) ? v : Points.NONE
              : (v, args, step) -> BinaryMath.holds(op, v, args.get(0, step)) ? v : Points.NONE;
    } else {
      function =
          scalarLeft
              ? (v, args, step) -> BinaryMath.apply(op, args.get(0, step), v)
              : (v, args, step) -> BinaryMath.apply(op, v, args.get(0, step));
    }
    return new MapOp(vector, List.of(scalar), function, filter ? NameRule.KEEP : dropping);
  }
}
