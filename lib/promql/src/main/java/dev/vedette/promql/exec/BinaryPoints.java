package dev.vedette.promql.exec;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.AnnotationTexts.Operation;
import dev.vedette.promql.histogram.HistogramMath;
import dev.vedette.promql.histogram.HistogramTrim;
import dev.vedette.promql.parse.BinaryOp;
import org.jspecify.annotations.Nullable;

/**
 * A binary operator on two points. Types that it is not made for have no result, which is said.
 *
 * @param returnBool whether a comparison gives 1 or 0 instead of its left side
 */
record BinaryPoints(BinaryOp op, boolean returnBool, Notes notes) {
  /** A point; the value counts where there is no histogram. */
  record Operand(double value, @Nullable Histogram histogram) {
    private String type() {
      return histogram == null ? "float" : "histogram";
    }
  }

  /** Sets the point at a step, or leaves it out. */
  void apply(Operand left, Operand right, int step, PointColumn out) {
    Histogram a = left.histogram();
    Histogram b = right.histogram();
    if (a == null && b == null && !op.isTrim()) {
      out.set(step, ofFloats(left.value(), right.value()));
      return;
    }
    Histogram result = null;
    if (a != null && b != null) {
      switch (op) {
        case ADD, SUBTRACT -> result = combined(a, b);
        case EQUAL, NOT_EQUAL -> {
          compare(a, b, step, out);
          return;
        }
        default -> refuse(left, right);
      }
    } else if (a == null && b != null && op == BinaryOp.MULTIPLY) {
      result = HistogramMath.compact(HistogramMath.multiply(b, left.value()));
    } else if (a != null) {
      result = scaled(a, left, right);
    } else {
      refuse(left, right);
    }
    if (result != null) {
      out.set(step, result);
    }
  }

  /** The result for two numbers, as {@link Points#NONE} where a comparison does not hold. */
  double ofFloats(double left, double right) {
    if (op.isComparison() && !returnBool) {
      return BinaryMath.holds(op, left, right) ? left : Points.NONE;
    }
    return BinaryMath.apply(op, left, right);
  }

  /** Whether it compares two numbers, or two histograms. */
  boolean compares(boolean histograms) {
    return histograms ? op == BinaryOp.EQUAL || op == BinaryOp.NOT_EQUAL : op.isComparison();
  }

  private @Nullable Histogram scaled(Histogram histogram, Operand left, Operand right) {
    double number = right.value();
    return switch (op) {
      case MULTIPLY -> HistogramMath.compact(HistogramMath.multiply(histogram, number));
      case DIVIDE -> HistogramMath.compact(HistogramMath.divide(histogram, number));
      case TRIM_UPPER -> HistogramTrim.upper(histogram, number);
      case TRIM_LOWER -> HistogramTrim.lower(histogram, number);
      default -> {
        refuse(left, right);
        yield null;
      }
    };
  }

  private void refuse(Operand left, Operand right) {
    notes.info(AnnotationTexts.incompatibleTypes(left.type(), op.symbol(), right.type()));
  }

  private @Nullable Histogram combined(Histogram a, Histogram b) {
    if (!HistogramMath.areCompatible(a, b)) {
      notes.warn(AnnotationTexts.incompatibleLayout(op.symbol()));
      return null;
    }
    boolean adds = op == BinaryOp.ADD;
    HistogramMath.Combined combined = adds ? HistogramMath.add(a, b) : HistogramMath.subtract(a, b);
    Operation operation = adds ? Operation.ADDITION : Operation.SUBTRACTION;
    if (combined.resetsCollide()) {
      notes.warn(AnnotationTexts.resetsCollide(operation));
    }
    if (combined.boundsReconciled()) {
      notes.info(AnnotationTexts.boundsReconciled(operation));
    }
    Histogram result = HistogramMath.compact(combined.histogram());
    return adds ? result : result.withReset(CounterReset.GAUGE);
  }

  private void compare(Histogram a, Histogram b, int step, PointColumn out) {
    boolean holds = HistogramMath.areEqual(a, b) == (op == BinaryOp.EQUAL);
    if (returnBool) {
      out.set(step, holds ? 1 : 0);
    } else if (holds) {
      out.set(step, a);
    }
  }
}
