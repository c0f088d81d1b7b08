package dev.vedette.promql.exec;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.partial.ExactColumns;
import dev.vedette.model.partial.PartialAggregates;
import dev.vedette.model.partial.PartialAnswer;
import dev.vedette.model.partial.PartialCursor;
import dev.vedette.model.partial.PartialGroup;
import dev.vedette.model.partial.PartialRequest;
import dev.vedette.model.partial.PartialSeries;
import dev.vedette.model.partial.Reduction;
import dev.vedette.model.partial.SeriesPoints;
import dev.vedette.promql.parse.SourceRange;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The operand of an aggregation that a source may work on itself: a selector, or a function of its
 * range. Where the source cannot, or the answer is in tiers, the operand is evaluated here.
 *
 * @param need what the operand has to know of its samples
 * @param parameters of the function
 * @param where what the operand says is about, in the expression
 */
public record PushedPoints(
    List<LabelMatcher> matchers,
    long windowMillis,
    long offsetMillis,
    @Nullable Long fixedMillis,
    String function,
    List<ScalarOp> parameters,
    NameRule names,
    boolean hinted,
    boolean withStarts,
    Need need,
    SourceRange where) {
  /**
   * Of its samples.
   *
   * @param kind whether buckets can say it
   * @param isExact whether they say it exactly
   * @param what asks, for messages
   */
  public record Need(TierNeed.Kind kind, boolean isExact, String what) {}

  /** An aggregation of these points. */
  public record Asked(Reduction reduction, Grouping grouping, int[] best, Notes notes) {}

  /** Asks the source; null where it hands out series only, or there are none to ask it for. */
  public @Nullable PartialCursor ask(Evaluation evaluation, Steps steps, Asked asked) {
    PartialAggregates partials = evaluation.source().partials().orElse(null);
    if (partials == null) {
      return null;
    }
    TierNeed needed =
        new TierNeed(
            new WindowTimes(steps, windowMillis, offsetMillis, fixedMillis),
            0,
            need.kind(),
            need.isExact(),
            need.what());
    if (!evaluation.chooseTier(needed, evaluation.notes(where)).isRaw()) {
      return null;
    }
    PartialRequest request = request(evaluation, steps, asked);
    if (!partials.does(request)) {
      return null;
    }
    PartialCursor cursor =
        partials.open(
            evaluation.tenant(), request, (series, samples, _) -> evaluation.read(series, samples));
    return new Answers(evaluation, cursor, asked.notes());
  }

  private PartialRequest request(Evaluation evaluation, Steps steps, Asked asked) {
    Long fixed = fixedMillis;
    return new PartialRequest(
        asked.reduction(),
        asked.best(),
        asked.grouping().names(),
        asked.grouping().keep(),
        new SeriesPoints(
            matchers,
            windowMillis,
            offsetMillis,
            fixed == null ? OptionalLong.empty() : OptionalLong.of(fixed),
            function,
            parameters.stream().map(each -> each.evaluate(evaluation, steps)).toList(),
            switch (names) {
              case KEEP -> SeriesPoints.Naming.KEPT;
              case DROP -> SeriesPoints.Naming.DROPPED;
              case DROP_LATER -> SeriesPoints.Naming.DROPPED_LATER;
            },
            hinted,
            withStarts),
        steps.startMillis(),
        steps.endMillis(),
        steps.stepMillis(),
        evaluation.counts().isByStep());
  }

  /** Passes on what answers say, and holds each while it is looked at. */
  private final class Answers implements PartialCursor {
    private final Evaluation evaluation;
    private final PartialCursor cursor;
    private final Notes notes;
    private long held;

    Answers(Evaluation evaluation, PartialCursor cursor, Notes notes) {
      this.evaluation = evaluation;
      this.cursor = cursor;
      this.notes = notes;
    }

    @Override
    public @Nullable PartialAnswer next() {
      release();
      evaluation.check();
      PartialAnswer answer = cursor.next();
      if (answer == null) {
        return null;
      }
      held = bytes(answer);
      evaluation.holdBytes(held);
      evaluation.counts().add(answer.samplesByStep());
      Notes ofPoints = evaluation.notes(where);
      for (PartialAnswer.Note note : answer.notes()) {
        Notes about = note.ofPoints() ? ofPoints : notes;
        if (note.isWarning()) {
          about.warn(note.text());
        } else {
          about.info(note.text());
        }
      }
      return answer;
    }

    private void release() {
      evaluation.releaseBytes(held);
      held = 0;
    }

    @Override
    public void close() {
      release();
      cursor.close();
    }
  }

  private static long bytes(PartialAnswer answer) {
    long bytes = 0;
    for (PartialGroup group : answer.groups()) {
      bytes += Evaluation.bytes(group.labels()) + bytes(group.state().counts());
      bytes += bytes(group.state().values()) + bytes(group.state().squares());
    }
    for (PartialSeries series : answer.series()) {
      bytes += bytes(series);
    }
    return bytes;
  }

  /** About what a series that is handed over takes. */
  public static long bytes(PartialSeries series) {
    double[] values = series.values();
    var histograms = series.histograms();
    Labels labels = series.labels();
    return Evaluation.bytes(labels)
        + (values == null ? 0 : (long) Double.BYTES * values.length)
        + (histograms == null ? 0 : Evaluation.bytes(histograms, 0, histograms.length));
  }

  private static long bytes(ExactColumns columns) {
    return bytes(columns.ordinary()) + bytes(columns.large()) + bytes(columns.small());
  }

  private static long bytes(List<double[]> columns) {
    return columns.stream().mapToLong(column -> (long) Double.BYTES * column.length).sum();
  }
}
