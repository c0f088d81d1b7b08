package dev.vedette.promql.exec;

import dev.vedette.promql.exec.BinaryPoints.Operand;
import dev.vedette.promql.parse.BinaryOp;
import dev.vedette.promql.parse.SourceRange;
import java.util.List;

/** A binary operator between a vector and a scalar, in place. */
public final class VectorScalarOp {
  private VectorScalarOp() {}

  /**
   * The operator as a plan node.
   *
   * @param scalarLeft whether the scalar was written first
   * @param where the operator with both sides stands in the expression
   */
  public static VectorOp of(
      BinaryOp op,
      VectorOp vector,
      ScalarOp scalar,
      boolean scalarLeft,
      boolean returnBool,
      NameRule dropping,
      SourceRange where) {
    boolean filter = op.isComparison() && !returnBool;
    return new MapOp(
        vector,
        List.of(scalar),
        ofNumbers(op, scalarLeft, filter, where),
        ofHistograms(op, scalarLeft, returnBool, where),
        op.makesAnotherMetric(returnBool) ? dropping : NameRule.KEEP);
  }

  private static MapOp.PointFunction ofNumbers(
      BinaryOp op, boolean scalarLeft, boolean filter, SourceRange where) {
    if (op.isTrim()) {
      return (v, args, step) -> {
        PointColumn none = PointColumn.of(1);
        Operand number = new Operand(v, null);
        new BinaryPoints(op, false, args.evaluation().notes(where)).apply(number, number, 0, none);
        return none.values()[0];
      };
    }
    if (filter) {
      return scalarLeft
          ? (v, args, step) -> BinaryMath.holds(op, args.get(0, step), v) ? v : Points.NONE
          : (v, args, step) -> BinaryMath.holds(op, v, args.get(0, step)) ? v : Points.NONE;
    }
    return scalarLeft
        ? (v, args, step) -> BinaryMath.apply(op, args.get(0, step), v)
        : (v, args, step) -> BinaryMath.apply(op, v, args.get(0, step));
  }

  private static HistogramFunction ofHistograms(
      BinaryOp op, boolean scalarLeft, boolean returnBool, SourceRange where) {
    return (histogram, args, step, out) -> {
      BinaryPoints points = new BinaryPoints(op, returnBool, args.evaluation().notes(where));
      Operand point = new Operand(Points.NONE, histogram);
      Operand scalar = new Operand(args.get(0, step), null);
      if (scalarLeft) {
        points.apply(scalar, point, step, out);
      } else {
        points.apply(point, scalar, step, out);
      }
    };
  }
}
