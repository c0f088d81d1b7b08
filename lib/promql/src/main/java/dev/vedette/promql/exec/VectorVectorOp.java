package dev.vedette.promql.exec;

import dev.vedette.promql.parse.BinaryOp;
import dev.vedette.promql.parse.SourceRange;
import dev.vedette.promql.parse.VectorMatching;
import java.util.List;

/**
 * Arithmetic and comparison between two vectors. Holds both sides. "Many" is the side that may have
 * several series a match: the left one, unless {@code group_right} says otherwise.
 *
 * @param where the operator with both sides stands in the expression
 */
public record VectorVectorOp(
    BinaryOp op,
    VectorOp left,
    VectorOp right,
    boolean returnBool,
    VectorMatching matching,
    boolean dropNameLater,
    SourceRange where)
    implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    List<Series> leftSeries = left.all(evaluation, steps);
    List<Series> rightSeries = right.all(evaluation, steps);
    BinaryPoints points = new BinaryPoints(op, returnBool, evaluation.notes(where));
    return new VectorJoin(points, Matching.of(matching), dropNameLater, steps.count(), evaluation)
        .join(leftSeries, rightSeries);
  }
}
