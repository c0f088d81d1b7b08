package dev.vedette.querier.cache;

import dev.vedette.model.Coverage;
import dev.vedette.model.History;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.TierUse;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * The result of a range query at some of its steps, and what it was worked out of. Immutable; its
 * columns have numbers only.
 *
 * @param steps of all of them, whether there are points or not
 * @param columns by their labels
 * @param origin where it comes from
 */
record ResultPart(Steps steps, List<Column> columns, Origin origin) {
  // Of a column: its record, its array and their headers.
  private static final int COLUMN_BYTES = 80;

  /**
   * What a result was worked out of, and what came with it.
   *
   * @param text the expression as it was asked, which notes point into
   * @param firstReadMillis the earliest time of anything that was read
   * @param lastReadMillis the latest
   * @param asOf when, before it was read
   * @param tiers what was read of tiers
   */
  record Origin(
      String text,
      List<String> warnings,
      List<String> infos,
      long firstReadMillis,
      long lastReadMillis,
      History.Mark asOf,
      List<TierUse> tiers) {
    Origin {
      warnings = List.copyOf(warnings);
      infos = List.copyOf(infos);
      tiers = List.copyOf(tiers);
    }

    /** Whether nothing came with it. */
    boolean isSilent() {
      return warnings.isEmpty() && infos.isEmpty();
    }

    /** Whether it says the same as another one, for whoever asks with a text. */
    boolean saysTheSameAs(Origin other) {
      return warnings.equals(other.warnings) && infos.equals(other.infos);
    }

    /**
     * The same of two neighbours together that are planned alike.
     *
     * @param next read as of a time at which this one was still right
     */
    Origin with(Origin next) {
      return new Origin(
          text,
          warnings,
          infos,
          Math.min(firstReadMillis, next.firstReadMillis),
          Math.max(lastReadMillis, next.lastReadMillis),
          next.asOf,
          next.tiers);
    }

    private Origin until(long millis) {
      return new Origin(text, warnings, infos, firstReadMillis, millis, asOf, tiers);
    }

    /** Whether it was planned as another one was. */
    boolean isPlannedAs(Origin other) {
      boolean isSame = tiers.size() == other.tiers.size();
      for (int i = 0; isSame && i < tiers.size(); i++) {
        isSame = tiers.get(i).isSameAs(other.tiers.get(i));
      }
      return isSame;
    }
  }

  ResultPart {
    columns = List.copyOf(columns);
  }

  /**
   * Its last step that would still be worked out so now, as all before it, for who asks so; empty
   * where not even the first one would.
   */
  OptionalLong lastRightFor(String text, Steps query, History history, Coverage there) {
    boolean isPlannedSo =
        (origin.isSilent() || origin.text.equals(text))
            && origin.tiers.stream().allMatch(use -> use.holdsFor(query, there));
    if (!isPlannedSo) {
      return OptionalLong.empty();
    }
    long until = history.unchangedUntil(origin.asOf, origin.firstReadMillis, origin.lastReadMillis);
    if (until < origin.firstReadMillis) {
      return OptionalLong.empty();
    }
    // What is read for a step is as far from it as for the last one.
    long tooFar = Math.ceilDiv(Math.max(0, origin.lastReadMillis - until), steps.stepMillis());
    long last = steps.lastMillis() - tooFar * steps.stepMillis();
    return last < steps.startMillis() ? OptionalLong.empty() : OptionalLong.of(last);
  }

  /** The steps of it from one time to another, both of them its own. */
  ResultPart between(long firstMillis, long lastMillis) {
    if (firstMillis == steps.startMillis() && lastMillis == steps.lastMillis()) {
      return this;
    }
    Slices slices = new Slices(firstMillis, lastMillis);
    List<Column> cut =
        columns.stream().map(slices::of).filter(column -> column.values().length > 0).toList();
    Origin read = origin.until(lastMillis + origin.lastReadMillis - steps.lastMillis());
    return new ResultPart(new Steps(firstMillis, lastMillis, steps.stepMillis()), cut, read);
  }

  /** About what it takes in memory, arrays of times that columns share counted once. */
  long bytes() {
    long bytes = 0;
    long[] shared = {};
    for (Column column : columns) {
      bytes += COLUMN_BYTES + Evaluation.bytes(column.labels());
      bytes += (long) Double.BYTES * column.values().length;
      if (!isSame(column.timestamps(), shared)) {
        bytes += (long) Long.BYTES * column.timestamps().length;
        shared = column.timestamps();
      }
    }
    return bytes;
  }

  @SuppressWarnings("ReferenceEquality") // whether memory is shared is what is asked
  private static boolean isSame(long[] one, long[] other) {
    return one == other;
  }

  /** Cuts columns; those that share their times share the cut ones too. */
  private static final class Slices {
    private final long firstMillis;
    private final long lastMillis;
    private long[] located = {};
    private long[] times = {};
    private int from;
    private int to;

    Slices(long firstMillis, long lastMillis) {
      this.firstMillis = firstMillis;
      this.lastMillis = lastMillis;
    }

    Column of(Column column) {
      if (!isSame(column.timestamps(), located)) {
        located = column.timestamps();
        from = indexOf(firstMillis);
        to = indexOf(lastMillis + 1);
        times = Arrays.copyOfRange(located, from, to);
      }
      return new Column(
          column.labels(), times, Arrays.copyOfRange(column.values(), from, to), null);
    }

    private int indexOf(long millis) {
      int found = Arrays.binarySearch(located, millis);
      return found < 0 ? -found - 1 : found;
    }
  }
}
