package dev.vedette.promql.exec;

import dev.vedette.model.Coverage;
import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.Annotations;
import dev.vedette.promql.parse.SourceRange;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * What one part of a plan chose to read, and why, so that it can be told whether it would choose
 * the same at other steps: a range query is answered from one tier or from samples, by all of its
 * range, so a result for a part of the range is one of the whole only if both choose the same.
 *
 * @param frame from the query's steps to those of this part, which a subquery has of its own
 * @param need what it needs, at the steps that it was asked for
 * @param asked resolution that the query asks for
 * @param resolutionMillis what it chose
 * @param isRawThere whether samples are all there
 * @param infos what there was to say about it
 */
public record TierUse(
    UnaryOperator<Steps> frame,
    TierNeed need,
    OptionalLong asked,
    long resolutionMillis,
    boolean isRawThere,
    List<String> infos) {
  private static final SourceRange NOWHERE = new SourceRange(0, 0);

  /** Whether it is the same part of the same plan, at whichever steps, that chose the same. */
  public boolean isSameAs(TierUse other) {
    WindowTimes windows = need.windows();
    WindowTimes others = other.need.windows();
    return need.kind() == other.need.kind()
        && need.isExact() == other.need.isExact()
        && need.what().equals(other.need.what())
        && need.beforeMillis() == other.need.beforeMillis()
        && windows.steps().stepMillis() == others.steps().stepMillis()
        && windows.rangeMillis() == others.rangeMillis()
        && windows.offsetMillis() == others.offsetMillis()
        && resolutionMillis == other.resolutionMillis
        && isRawThere == other.isRawThere
        && infos.equals(other.infos);
  }

  /** Whether a query of these steps chooses the same of what is there. */
  public boolean holdsFor(Steps query, Coverage there) {
    WindowTimes windows = need.windows();
    WindowTimes others =
        new WindowTimes(
            frame.apply(query),
            windows.rangeMillis(),
            windows.offsetMillis(),
            windows.fixedMillis());
    TierNeed other =
        new TierNeed(others, need.beforeMillis(), need.kind(), need.isExact(), need.what());
    Annotations said = new Annotations();
    try {
      TierChoice.Chosen chosen =
          new TierChoice(() -> there, asked).choose(other, new Notes(said, NOWHERE));
      return chosen.resolutionMillis() == resolutionMillis
          && chosen.isRawThere() == isRawThere
          && said.infoTexts().equals(infos);
    } catch (InvalidRequest _) {
      // Of so much of it no tier can say.
      return false;
    }
  }
}
