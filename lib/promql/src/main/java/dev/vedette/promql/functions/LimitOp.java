package dev.vedette.promql.functions;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Grouping;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.VectorBatch;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.exec.VectorStream;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code limitk}: of each group the first k that have a point at a step. Series go through as they
 * come; memory is a number a group and step.
 *
 * @param parameter k, one value a step
 */
public record LimitOp(VectorOp inner, Grouping grouping, ScalarOp parameter) implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    int[] most = GroupFunctions.counts(parameter.evaluate(evaluation, steps));
    VectorStream stream = inner.open(evaluation, steps);
    return new Stream(evaluation, grouping, most, stream);
  }

  private record Stream(
      Evaluation evaluation,
      Grouping grouping,
      int[] most,
      VectorStream inner,
      Map<Labels, int[]> left)
      implements VectorStream {
    Stream(Evaluation evaluation, Grouping grouping, int[] most, VectorStream inner) {
      this(evaluation, grouping, most, inner, new HashMap<>());
    }

    @Override
    public boolean next(VectorBatch batch) {
      while (inner.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          limit(left(grouping.of(batch.labels(i))), batch.column(i), batch.histograms(i));
        }
        batch.dropEmpty();
        if (batch.count() > 0) {
          return true;
        }
      }
      return false;
    }

    private int[] left(Labels group) {
      int[] known = left.get(group);
      if (known == null) {
        evaluation.hold(group);
        evaluation.holdBytes((long) Integer.BYTES * most.length);
        known = most.clone();
        left.put(group, known);
      }
      return known;
    }

    private static void limit(
        int[] left, double[] column, @Nullable Histogram @Nullable [] histograms) {
      for (int step = 0; step < column.length; step++) {
        boolean isHistogram = histograms != null && histograms[step] != null;
        if (!isHistogram && Points.isNone(column[step])) {
          continue;
        }
        if (left[step] > 0) {
          left[step]--;
        } else {
          column[step] = Points.NONE;
          if (histograms != null) {
            histograms[step] = null;
          }
        }
      }
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
