package dev.vedette.model;

import dev.vedette.model.partial.PartialAggregates;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where series are read: the engine in this process, or storage nodes. All times are Unix
 * milliseconds, ranges inclusive. Every call sees at least what was acknowledged before it began.
 */
public interface SeriesSource {
  /**
   * Opens the series that match and have samples in the range, or their buckets where the selection
   * has a resolution. Close the cursor.
   */
  SeriesCursor select(TenantId tenant, Selection selection);

  /**
   * The same for who may stop waiting: the cursor asks while it looks for the next series. A source
   * that finds them at once need not.
   */
  default SeriesCursor select(TenantId tenant, Selection selection, ReadCheck check) {
    return select(tenant, selection);
  }

  /**
   * Label sets of the series that match and have samples in the range (to the precision of a
   * block), in {@link SeriesOrder}, at most {@code limit}; 0 means no limit.
   */
  List<Labels> series(TenantId tenant, Selection selection, int limit);

  /** Aggregations that the source does itself; empty where it only hands out series. */
  default Optional<PartialAggregates> partials() {
    return Optional.empty();
  }

  /**
   * About how many series a selection has, as far as the source can tell without looking; for
   * showing. Empty where it has no idea.
   */
  default OptionalLong estimatedSeries(TenantId tenant, Selection selection) {
    return OptionalLong.empty();
  }

  /** Names of labels, sorted; without matchers those of all series. */
  List<String> labelNames(TenantId tenant, Selection selection, int limit);

  /** Values of one label, sorted; without matchers those of all series. */
  List<String> labelValues(TenantId tenant, String name, Selection selection, int limit);

  /**
   * Exemplars in a closed range of time of the series that any of the selectors matches, by series.
   * The last ones of a tenant are kept, so many and no more; a source may keep none.
   */
  default List<SeriesExemplars> exemplars(
      TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    return List.of();
  }

  /** Metadata of metric families, by family name. */
  List<MetricMetadata> metadata(TenantId tenant);

  /** From when on samples and tiers are there, now. */
  default Coverage coverage(TenantId tenant) {
    return Coverage.RAW_ONLY;
  }

  /** What has changed of samples that were settled, for whoever keeps results. */
  default History history(TenantId tenant) {
    return History.UNKNOWN;
  }

  /** The blocks that are there now, oldest first; a source may have none to tell of. */
  default List<BlockInfo> blocks(TenantId tenant) {
    return List.of();
  }

  /** Where the series are, with the {@code top} largest of each kind. */
  CardinalityReport cardinality(TenantId tenant, int top);
}
