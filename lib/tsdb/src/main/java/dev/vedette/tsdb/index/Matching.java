package dev.vedette.tsdb.index;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.RegexHints;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/**
 * Finds the series that pass a list of matchers. Each matcher becomes a set of label values, to
 * keep or to exclude; what keeps fewest series goes first. Once few candidates are left, a matcher
 * with many values looks at the candidates' own values instead of uniting the lists of all.
 */
final class Matching {
  // What reading a candidate's value costs, in entries of lists that could be united instead, and
  // what unpacking a group of columns costs, most of which reading labels later has to pay anyway.
  private static final double CANDIDATE_COST = 0.5;
  private static final double GROUP_COST = 100;

  private final BlockIndex index;

  Matching(BlockIndex index) {
    this.index = index;
  }

  /**
   * What a matcher means here: series whose value of {@code label} is one of {@code ids} are the
   * only ones that pass ({@code keep}), or the only ones that do not.
   *
   * @param series upper bound of the series that have one of the values
   */
  private record Values(int label, int[] ids, boolean keep, long series) {}

  ImmutableRoaringBitmap match(List<LabelMatcher> matchers) {
    List<Values> steps = new ArrayList<>(matchers.size());
    for (LabelMatcher matcher : matchers) {
      Values step = values(matcher);
      if (step.keep && step.ids.length == 0) {
        return new MutableRoaringBitmap();
      }
      if (step.ids.length > 0) {
        steps.add(step);
      }
    }
    // false sorts before true: those that keep come first, the smallest of them in front.
    steps.sort(Comparator.comparing((Values step) -> !step.keep).thenComparingLong(Values::series));
    MutableRoaringBitmap candidates = null;
    for (Values step : steps) {
      if (candidates == null) {
        candidates = step.keep ? union(step) : index.allSeries();
        if (step.keep) {
          continue;
        }
      }
      apply(step, candidates);
      if (candidates.isEmpty()) {
        break;
      }
    }
    return candidates == null ? index.allSeries() : candidates;
  }

  /** See {@link BlockIndex#atMost}. */
  long atMost(List<LabelMatcher> matchers) {
    long all = index.seriesCount();
    long most = all;
    for (LabelMatcher matcher : LabelMatcher.cheapestFirst(matchers)) {
      if (matcher.isOfOneValue() || index.valueCount(matcher.name()) <= most) {
        Values step = values(matcher);
        most = Math.min(most, step.keep ? step.series : all - step.series);
      }
    }
    return most;
  }

  private void apply(Values step, MutableRoaringBitmap candidates) {
    long candidateCount = candidates.getCardinality();
    int span = (candidates.last() - candidates.first()) / ColumnsWriter.SERIES_PER_GROUP + 1;
    double byColumn = CANDIDATE_COST * candidateCount + GROUP_COST * Math.min(span, candidateCount);
    if (step.series > byColumn) {
      filterByColumn(step, candidates);
    } else if (step.keep) {
      candidates.and(union(step));
    } else {
      candidates.andNot(union(step));
    }
  }

  private void filterByColumn(Values step, MutableRoaringBitmap candidates) {
    int first = index.firstId(step.label);
    BitSet wanted = new BitSet(index.endId(step.label) - first);
    for (int id : step.ids) {
      wanted.set(id - first);
    }
    MutableRoaringBitmap passed = new MutableRoaringBitmap();
    PeekableIntIterator series = candidates.getIntIterator();
    while (series.hasNext()) {
      int id = series.next();
      int value = index.valueOf(id, step.label);
      boolean has = value >= 0 && wanted.get(value - first);
      if (has == step.keep) {
        passed.add(id);
      }
    }
    candidates.and(passed);
  }

  private MutableRoaringBitmap union(Values step) {
    Postings postings = index.postings();
    MutableRoaringBitmap union = postings.list(step.ids[0]);
    for (int i = 1; i < step.ids.length; i++) {
      postings.addTo(union, step.ids[i]);
    }
    return union;
  }

  private Values values(LabelMatcher matcher) {
    int label = index.label(matcher.name());
    boolean keep = !matcher.matchesEmpty();
    if (label < 0) {
      // No series has the label: all pass as empty, or none.
      return new Values(label, new int[0], keep, 0);
    }
    int[] ids = idsWhere(matcher, label, keep);
    Postings postings = index.postings();
    long series = 0;
    for (int id : ids) {
      series += postings.cardinality(id);
    }
    return new Values(label, ids, keep, series);
  }

  /** Values of a label on which the matcher says {@code wanted}, ascending. */
  private int[] idsWhere(LabelMatcher matcher, int label, boolean wanted) {
    boolean positive =
        matcher.type() == LabelMatcher.Type.EQUAL || matcher.type() == LabelMatcher.Type.REGEX;
    // With wanted == positive the values named by the matcher are asked for, else all others.
    if (wanted != positive) {
      return scan(matcher, index.firstId(label), index.endId(label), wanted);
    }
    return switch (matcher.type()) {
      case EQUAL, NOT_EQUAL -> find(List.of(matcher.value()), label);
      case REGEX, NOT_REGEX ->
          RegexHints.literals(matcher.value())
              .map(texts -> find(texts, label))
              .orElseGet(() -> scanPrefix(matcher, label, wanted));
    };
  }

  private int[] find(List<String> texts, int label) {
    BitSet ids = new BitSet();
    for (String text : texts) {
      int id = index.strings().lowerBound(index.firstId(label), index.endId(label), text);
      if (id < index.endId(label) && index.strings().get(id).equals(text)) {
        ids.set(id);
      }
    }
    return ids.stream().toArray();
  }

  private int[] scanPrefix(LabelMatcher matcher, int label, boolean wanted) {
    String prefix = RegexHints.prefix(matcher.value());
    int from = index.strings().lowerBound(index.firstId(label), index.endId(label), prefix);
    int to = from;
    while (to < index.endId(label) && index.strings().get(to).startsWith(prefix)) {
      to++;
    }
    return scan(matcher, from, to, wanted);
  }

  private int[] scan(LabelMatcher matcher, int from, int to, boolean wanted) {
    BitSet ids = new BitSet();
    for (int id = from; id < to; id++) {
      if (matcher.matches(index.strings().get(id)) == wanted) {
        ids.set(id);
      }
    }
    return ids.stream().toArray();
  }
}
