package dev.vedette.tsdb.head;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/** What readers ask of the head. Any thread; each call passes the {@link ReadGate}. */
final class HeadReads {
  // About 1 µs each. More are not worth the wait for a figure that is only shown.
  private static final int COUNTED = 1_000;

  private final SeriesDirectory directory;
  private final ReadGate reads;

  HeadReads(SeriesDirectory directory, ReadGate reads) {
    this.directory = directory;
    this.reads = reads;
  }

  /** Series that match and have samples in the range, in order. Close the cursor. */
  SeriesCursor select(TenantId tenantId, Selection selection, ReadCheck check) {
    ReadGate.Lease lease = reads.enter();
    try {
      int[] refs = matching(tenantId, selection);
      return new HeadCursor(directory, lease, refs, selection, check);
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
  }

  private int[] matching(TenantId tenantId, Selection selection) {
    TenantIndex tenant = directory.find(tenantId);
    return tenant == null || !overlaps(tenant, selection)
        ? new int[0]
        : tenant.order().sorted(evaluate(tenant, selection));
  }

  /**
   * About how many series match and have samples in the range. Where many may match it is those of
   * the rarest thing that is asked for; a few are counted. Nothing is decoded.
   */
  long estimate(TenantId tenantId, Selection selection) {
    TenantIndex tenant = directory.find(tenantId);
    if (tenant == null || !overlaps(tenant, selection)) {
      return 0;
    }
    long most = evaluation(tenant).atMost(selection.matchers());
    return most > COUNTED ? most : count(tenant, selection);
  }

  private long count(TenantIndex tenant, Selection selection) {
    try (ReadGate.Lease lease = reads.enter()) {
      lease.check();
      SeriesTimes times = new SeriesTimes(directory);
      long series = 0;
      PeekableIntIterator refs = evaluate(tenant, selection).getIntIterator();
      while (refs.hasNext()) {
        times.read(refs.next());
        if (times.overlap(selection.startMillis(), selection.endMillis())) {
          series++;
        }
      }
      return series;
    }
  }

  private RoaringBitmap evaluate(TenantIndex tenant, Selection selection) {
    return evaluation(tenant).evaluate(selection.matchers());
  }

  private MatcherEvaluation evaluation(TenantIndex tenant) {
    return new MatcherEvaluation(tenant, directory.labels(), directory.records());
  }

  private static boolean overlaps(TenantIndex tenant, Selection selection) {
    return selection.startMillis() <= tenant.maxMillis.get()
        && selection.endMillis() >= tenant.minMillis.get();
  }

  /** Label sets that match and have samples in the range, in order. */
  List<Labels> series(TenantId tenantId, Selection selection, int limit) {
    try (ReadGate.Lease lease = reads.enter()) {
      List<Labels> found = new ArrayList<>();
      SeriesReader reader = directory.newReader();
      for (int ref : matching(tenantId, selection)) {
        lease.check();
        if (limit > 0 && found.size() == limit) {
          break;
        }
        if (reader.readNewest(ref, selection.startMillis(), selection.endMillis()).size() > 0) {
          found.add(directory.labels(ref));
        }
      }
      return found;
    }
  }

  /** Names of labels, unsorted; all of them where there are no matchers. */
  Collection<String> labelNames(TenantId tenantId, Selection selection) {
    return new LabelQueries(directory.labels(), directory.records())
        .names(directory.find(tenantId), reads, selection, HeadReads::overlaps);
  }

  /** Values of a label, unsorted; all of them where there are no matchers. */
  Collection<String> labelValues(TenantId tenantId, String name, Selection selection) {
    return new LabelQueries(directory.labels(), directory.records())
        .values(directory.find(tenantId), reads, name, selection, HeadReads::overlaps);
  }

  List<MetricMetadata> metadata(TenantId tenantId) {
    TenantIndex tenant = directory.find(tenantId);
    return tenant == null ? List.of() : tenant.metadata();
  }

  CardinalityReport cardinality(TenantId tenantId, int top) {
    TenantIndex tenant = directory.find(tenantId);
    if (tenant == null) {
      return new CardinalityReport(
          0, 0, 0, Long.MAX_VALUE, Long.MIN_VALUE, List.of(), List.of(), List.of(), List.of());
    }
    long[] bounds = bounds(tenant);
    return new CardinalityReport(
        tenant.series(),
        tenant.labelPairs(),
        chunks(),
        bounds[0],
        bounds[1],
        tenant.seriesByMetric(top),
        tenant.valuesByLabel(top),
        tenant.memoryByLabel(top),
        tenant.seriesByLabelPair(top));
  }

  /** Oldest and newest timestamp that a tenant has in memory. */
  private long[] bounds(TenantIndex tenant) {
    long[] bounds = {Long.MAX_VALUE, Long.MIN_VALUE};
    try (ReadGate.Lease lease = reads.enter()) {
      lease.check();
      SeriesTimes times = new SeriesTimes(directory);
      tenant
          .all
          .bitmap()
          .forEach(
              (int ref) -> {
                times.read(ref);
                bounds[0] = Math.min(bounds[0], times.oldestMillis());
                bounds[1] = Math.max(bounds[1], times.newestMillis());
              });
    }
    return bounds;
  }

  /** Chunks in memory; the open run of a series, which needs none, is not counted. */
  long chunks() {
    long total = 0;
    for (Shard shard : directory.shards()) {
      total += shard.chunks();
    }
    return total;
  }
}
