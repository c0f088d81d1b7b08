package dev.vedette.ingester.scrape;

import dev.vedette.model.MetricMetadata;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One copy of what many targets say alike of their metric families: a thousand targets of one
 * program hold one list. Goes with the last target that holds it. Any thread.
 */
final class SharedFamilies {
  private final Map<MetricMetadata, WeakReference<MetricMetadata>> families = new WeakHashMap<>();
  private final Map<List<MetricMetadata>, WeakReference<List<MetricMetadata>>> lists =
      new WeakHashMap<>();

  /** An equal list that may be held for long. */
  synchronized List<MetricMetadata> of(List<MetricMetadata> said) {
    return shared(
        lists, List.copyOf(said.stream().map(family -> shared(families, family)).toList()));
  }

  private static <T> T shared(Map<T, WeakReference<T>> known, T value) {
    WeakReference<T> reference = known.get(value);
    @Nullable T first = reference == null ? null : reference.get();
    if (first != null) {
      return first;
    }
    known.put(value, new WeakReference<>(value));
    return value;
  }
}
