package dev.vedette.promql.plan;

import dev.vedette.promql.parse.Expr;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds the selectors of an expression whose histograms are only counted or summed up. Of these
 * Prometheus reads no buckets, and finds out for each sample whether the counter was reset before
 * it; annotations about resets depend on that.
 */
final class CountedSelectors {
  private final Set<Expr.VectorSelector> found = new HashSet<>();

  private CountedSelectors() {}

  static Set<Expr.VectorSelector> of(Expr expr) {
    CountedSelectors selectors = new CountedSelectors();
    selectors.visit(expr, false);
    return selectors.found;
  }

  private void visit(Expr expr, boolean counted) {
    switch (expr) {
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> {}
      case Expr.VectorSelector selector -> {
        if (counted) {
          found.add(selector);
        }
      }
      case Expr.MatrixSelector matrix -> visit(matrix.selector(), counted);
      case Expr.Subquery subquery -> visit(subquery.inner(), counted);
      case Expr.Paren paren -> visit(paren.inner(), counted);
      case Expr.Unary unary -> visit(unary.operand(), counted);
      case Expr.Binary binary -> {
        boolean needsBuckets = binary.op().isTrim();
        visit(binary.left(), counted && !needsBuckets);
        visit(binary.right(), counted && !needsBuckets);
      }
      case Expr.Aggregation aggregation -> visit(aggregation.operand(), counted);
      case Expr.Call call -> {
        boolean inside =
            switch (call.function().name()) {
              case "histogram_count", "histogram_sum", "histogram_avg" -> true;
              case "histogram_quantile", "histogram_quantiles", "histogram_fraction" -> false;
              default -> counted;
            };
        call.arguments().forEach(argument -> visit(argument, inside));
      }
    }
  }
}
