package dev.vedette.tsdb.head;

import dev.vedette.model.LabelMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which series of a tenant satisfy all matchers. Lists of single values come first, the smallest
 * before the larger; a regular expression that would read more values than candidates are left
 * looks at the candidates instead. A matcher that accepts the empty string, so that series without
 * the label pass, takes away those whose value it refuses.
 */
final class MatcherEvaluation {
  private final TenantIndex index;
  private final LabelStore store;
  private final SeriesRecords records;

  MatcherEvaluation(TenantIndex index, LabelStore store, SeriesRecords records) {
    this.index = index;
    this.store = store;
    this.records = records;
  }

  /** Matching refs; not to be changed. */
  RoaringBitmap evaluate(List<LabelMatcher> matchers) {
    List<List<LabelPair>> exact = new ArrayList<>();
    List<LabelMatcher> scans = new ArrayList<>();
    List<LabelMatcher> excluding = new ArrayList<>();
    for (LabelMatcher matcher : matchers) {
      if (matcher.matchesEmpty()) {
        excluding.add(matcher);
        continue;
      }
      Optional<List<String>> values = exactValues(matcher);
      if (values.isPresent()) {
        exact.add(pairs(matcher.name(), values.get()));
      } else {
        scans.add(matcher);
      }
    }
    RoaringBitmap candidates = intersect(exact);
    for (LabelMatcher scan : scans) {
      candidates = keep(candidates, scan);
    }
    RoaringBitmap result = candidates == null ? index.all.bitmap() : candidates;
    for (LabelMatcher matcher : excluding) {
      if (!result.isEmpty()) {
        result = exclude(result, matcher);
      }
    }
    return result;
  }

  /**
   * An upper bound of the number of matching series: that of the matcher which leaves fewest.
   * Counts lists and unites none; a matcher that would read more values than series may be left is
   * not asked.
   */
  long atMost(List<LabelMatcher> matchers) {
    long all = index.series();
    long most = all;
    for (LabelMatcher matcher : LabelMatcher.cheapestFirst(matchers)) {
      LabelName label = index.names.get(matcher.name());
      boolean accepted = !matcher.matchesEmpty();
      if (label == null) {
        most = accepted ? 0 : most;
      } else if (matcher.isOfOneValue() || label.values.size() <= most) {
        long named = cardinality(named(label, matcher, accepted));
        most = Math.min(most, accepted ? named : Math.max(0, all - named));
      }
    }
    return most;
  }

  private static List<LabelPair> named(LabelName label, LabelMatcher matcher, boolean accepted) {
    if (!matcher.isOfOneValue()) {
      return scan(label, matcher, accepted);
    }
    LabelPair pair = label.values.get(matcher.value());
    return pair == null ? List.of() : List.of(pair);
  }

  private static Optional<List<String>> exactValues(LabelMatcher matcher) {
    return switch (matcher.type()) {
      case EQUAL -> Optional.of(List.of(matcher.value()));
      case REGEX -> RegexShape.of(matcher.value()).alternatives();
      case NOT_EQUAL, NOT_REGEX -> Optional.empty();
    };
  }

  private List<LabelPair> pairs(String name, List<String> values) {
    List<LabelPair> pairs = new ArrayList<>(values.size());
    for (String value : values) {
      LabelPair pair = index.find(name, value);
      if (pair != null) {
        pairs.add(pair);
      }
    }
    return pairs;
  }

  private static @Nullable RoaringBitmap intersect(List<List<LabelPair>> exact) {
    exact.sort(Comparator.comparingLong(MatcherEvaluation::cardinality));
    RoaringBitmap result = null;
    for (List<LabelPair> pairs : exact) {
      if (result == null) {
        result = union(pairs);
      } else if (!result.isEmpty()) {
        result = RoaringBitmap.and(result, union(pairs));
      }
    }
    return result;
  }

  private static long cardinality(List<LabelPair> pairs) {
    return pairs.stream().mapToLong(pair -> pair.postings.cardinality()).sum();
  }

  private static RoaringBitmap union(List<LabelPair> pairs) {
    if (pairs.size() == 1) {
      return pairs.getFirst().postings.bitmap();
    }
    RoaringBitmap union = new RoaringBitmap();
    for (LabelPair pair : pairs) {
      pair.postings.orInto(union);
    }
    return union;
  }

  /** Of the candidates, or of all series where there are none yet, those that the scan accepts. */
  private RoaringBitmap keep(@Nullable RoaringBitmap candidates, LabelMatcher scan) {
    LabelName label = index.names.get(scan.name());
    if (label == null) {
      return new RoaringBitmap();
    }
    if (candidates != null && candidates.getCardinality() < label.values.size()) {
      return filter(candidates, scan, true);
    }
    RoaringBitmap accepted = union(scan(label, scan, true));
    return candidates == null ? accepted : RoaringBitmap.and(candidates, accepted);
  }

  private RoaringBitmap exclude(RoaringBitmap candidates, LabelMatcher matcher) {
    LabelName label = index.names.get(matcher.name());
    if (label == null) {
      return candidates;
    }
    if (matcher.type() == LabelMatcher.Type.NOT_EQUAL) {
      LabelPair pair = label.values.get(matcher.value());
      return pair == null ? candidates : RoaringBitmap.andNot(candidates, pair.postings.bitmap());
    }
    if (candidates.getCardinality() < label.values.size()) {
      return filter(candidates, matcher, false);
    }
    return RoaringBitmap.andNot(candidates, union(scan(label, matcher, false)));
  }

  /** Pairs of a label whose value the matcher accepts, or refuses. */
  private static List<LabelPair> scan(LabelName label, LabelMatcher matcher, boolean accepted) {
    List<LabelPair> pairs = new ArrayList<>();
    if (accepted && matcher.type() == LabelMatcher.Type.REGEX) {
      scanPrefix(label, matcher, pairs);
      return pairs;
    }
    for (LabelPair pair : label.values.values()) {
      if (matcher.matches(pair.value) == accepted) {
        pairs.add(pair);
      }
    }
    return pairs;
  }

  private static void scanPrefix(LabelName label, LabelMatcher matcher, List<LabelPair> pairs) {
    RegexShape shape = RegexShape.of(matcher.value());
    String[] values = label.sortedValues();
    for (int i = shape.first(values); i < values.length; i++) {
      String value = values[i];
      if (!value.startsWith(shape.prefix())) {
        break;
      }
      if (shape.isPrefixOnly() || matcher.matches(value)) {
        LabelPair pair = label.values.get(value);
        if (pair != null) {
          pairs.add(pair);
        }
      }
    }
  }

  private RoaringBitmap filter(RoaringBitmap candidates, LabelMatcher matcher, boolean required) {
    Map<LabelPair, Boolean> known = new HashMap<>();
    RoaringBitmap kept = new RoaringBitmap();
    candidates.forEach(
        (int ref) -> {
          LabelPair pair = pair(ref, matcher.name());
          boolean passes =
              pair == null ? !required : known.computeIfAbsent(pair, p -> matcher.matches(p.value));
          if (passes) {
            kept.add(ref);
          }
        });
    return kept;
  }

  private @Nullable LabelPair pair(int ref, String name) {
    long word = records.segment(ref)[SeriesRecords.at(ref) + SeriesRecords.VERSION];
    int labels = SeriesRecords.low(word);
    for (int i = 0; i < store.count(labels); i++) {
      LabelPair pair = store.pair(labels, i);
      if (pair.name.name.equals(name)) {
        return pair;
      }
    }
    return null;
  }
}
