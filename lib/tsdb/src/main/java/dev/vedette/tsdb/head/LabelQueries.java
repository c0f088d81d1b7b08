package dev.vedette.tsdb.head;

import dev.vedette.model.Selection;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/** Names and values of labels, to the precision of the whole head. */
final class LabelQueries {
  // Beyond this many candidates, asking each value's postings is cheaper than reading labels.
  private static final int MANY = 65_536;

  private final LabelStore store;
  private final SeriesRecords records;

  LabelQueries(LabelStore store, SeriesRecords records) {
    this.store = store;
    this.records = records;
  }

  Collection<String> names(
      @Nullable TenantIndex tenant,
      ReadGate reads,
      Selection selection,
      BiPredicate<TenantIndex, Selection> overlaps) {
    if (tenant == null || !overlaps.test(tenant, selection)) {
      return List.of();
    }
    if (selection.matchers().isEmpty()) {
      return List.copyOf(tenant.names.keySet());
    }
    try (ReadGate.Lease lease = reads.enter()) {
      lease.check();
      RoaringBitmap candidates = evaluate(tenant, selection);
      Set<String> found = new HashSet<>();
      candidates.forEach(
          (int ref) -> {
            int labels = labels(ref);
            for (int i = 0; i < store.count(labels); i++) {
              found.add(store.pair(labels, i).name.name);
            }
          });
      return found;
    }
  }

  Collection<String> values(
      @Nullable TenantIndex tenant,
      ReadGate reads,
      String name,
      Selection selection,
      BiPredicate<TenantIndex, Selection> overlaps) {
    if (tenant == null || !overlaps.test(tenant, selection)) {
      return List.of();
    }
    LabelName label = tenant.names.get(name);
    if (label == null) {
      return List.of();
    }
    if (selection.matchers().isEmpty()) {
      return List.copyOf(label.values.keySet());
    }
    try (ReadGate.Lease lease = reads.enter()) {
      lease.check();
      RoaringBitmap candidates = evaluate(tenant, selection);
      return candidates.getCardinality() > MANY
          ? ofPostings(label, candidates)
          : ofCandidates(label, candidates);
    }
  }

  private static Set<String> ofPostings(LabelName label, RoaringBitmap candidates) {
    Set<String> found = new HashSet<>();
    for (LabelPair pair : label.values.values()) {
      if (RoaringBitmap.intersects(pair.postings.bitmap(), candidates)) {
        found.add(pair.value);
      }
    }
    return found;
  }

  private Set<String> ofCandidates(LabelName label, RoaringBitmap candidates) {
    Set<String> found = new HashSet<>();
    candidates.forEach(
        (int ref) -> {
          int labels = labels(ref);
          for (int i = 0; i < store.count(labels); i++) {
            LabelPair pair = store.pair(labels, i);
            if (pair.name == label) {
              found.add(pair.value);
            }
          }
        });
    return found;
  }

  private RoaringBitmap evaluate(TenantIndex tenant, Selection selection) {
    return new MatcherEvaluation(tenant, store, records).evaluate(selection.matchers());
  }

  private int labels(int ref) {
    return SeriesRecords.low(records.segment(ref)[SeriesRecords.at(ref) + SeriesRecords.VERSION]);
  }
}
