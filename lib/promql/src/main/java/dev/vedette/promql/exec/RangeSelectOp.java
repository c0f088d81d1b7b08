package dev.vedette.promql.exec;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Samples of a selector with a range. */
public record RangeSelectOp(
    List<LabelMatcher> matchers, long rangeMillis, long offsetMillis, @Nullable Long fixedMillis)
    implements RangeOp {
  @Override
  public SeriesCursor open(Evaluation evaluation, Steps steps) {
    WindowTimes windows = windows(steps);
    Selection selection =
        new Selection(
            matchers, windows.firstEndMillis() - rangeMillis + 1, windows.lastEndMillis());
    return evaluation.source().select(evaluation.tenant(), selection);
  }

  @Override
  public WindowTimes windows(Steps steps) {
    return new WindowTimes(steps, rangeMillis, offsetMillis, fixedMillis);
  }
}
