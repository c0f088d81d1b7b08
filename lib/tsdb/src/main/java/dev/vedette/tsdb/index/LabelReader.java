package dev.vedette.tsdb.index;

import dev.vedette.model.Labels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Label sets of a block's series in ascending order. For one thread. */
public final class LabelReader {
  private final Columns columns;
  private final List<String> names;
  private final Strings strings;
  private final boolean isKept;
  private Columns.@Nullable Group current;
  private int currentIndex;

  LabelReader(Columns columns, List<String> names, Strings strings, boolean isKept) {
    this.columns = columns;
    this.names = names;
    this.strings = strings;
    this.isKept = isKept;
  }

  /** The label set of a series. */
  public Labels of(int series) {
    int index = columns.groupOf(series);
    Columns.Group group = current;
    if (group == null || index != currentIndex) {
      group = isKept ? columns.group(index) : columns.groupForOnce(index);
      current = group;
      currentIndex = index;
    }
    return group.labelSet(columns.indexInGroup(series), names, strings);
  }
}
