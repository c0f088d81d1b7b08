package dev.vedette.promql.exec;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import dev.vedette.promql.parse.SourceRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples of a selector with a range.
 *
 * @param hinted whether histograms are to say if the counter was reset before them
 */
public record RangeSelectOp(
    List<LabelMatcher> matchers,
    long rangeMillis,
    long offsetMillis,
    @Nullable Long fixedMillis,
    Reach reach,
    boolean hinted)
    implements RangeOp {
  /** How far outside the windows samples are read. */
  public record Reach(long beforeMillis, long behindMillis) {
    public static final Reach NONE = new Reach(0, 0);
  }

  @Override
  public RangeCursor open(Evaluation evaluation, Steps steps) {
    WindowTimes windows = windows(steps);
    Selection selection =
        new Selection(
            matchers,
            windows.firstEndMillis() - rangeMillis - reach.beforeMillis() + 1,
            windows.lastEndMillis() + reach.behindMillis());
    SeriesCursor cursor = evaluation.source().select(evaluation.tenant(), selection);
    return RangeCursor.stored(hinted ? new ResetHints(cursor) : cursor);
  }

  /** What a function of this range has to know. */
  TierNeed need(Steps steps, boolean inBuckets, boolean isExact, String function) {
    boolean isPlain = reach.equals(Reach.NONE);
    return new TierNeed(
        windows(steps),
        reach.beforeMillis(),
        inBuckets && isPlain ? TierNeed.Kind.BUCKETS : TierNeed.Kind.SAMPLES,
        isExact,
        function);
  }

  /** Refuses to go on where samples are gone that a tier still has something of. */
  public void requireSamples(Evaluation evaluation, Steps steps, SourceRange where) {
    TierNeed need = need(steps, false, false, "a range by itself");
    evaluation.chooseTier(need, evaluation.notes(where));
  }

  @Override
  public WindowTimes windows(Steps steps) {
    return new WindowTimes(steps, rangeMillis, offsetMillis, fixedMillis);
  }
}
