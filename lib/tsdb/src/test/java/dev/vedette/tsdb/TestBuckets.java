package dev.vedette.tsdb;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Buckets as text, to be compared. */
final class TestBuckets {
  private TestBuckets() {}

  /** Every column of every bucket that is selected, by series. */
  static Map<Labels, List<String>> read(SeriesSource source, Selection selection) {
    Map<Labels, List<String>> found = new TreeMap<>(Comparator.naturalOrder());
    try (SeriesCursor cursor = source.select(TenantId.DEFAULT, selection)) {
      SeriesBatch batch = new SeriesBatch();
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          found.put(batch.labels(i), buckets(batch, i));
        }
      }
    }
    return found;
  }

  private static List<String> buckets(SeriesBatch batch, int series) {
    BucketColumns columns = Objects.requireNonNull(batch.buckets(series));
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < batch.size(series); i++) {
      StringBuilder text = new StringBuilder();
      text.append(batch.timestamps(series)[i]).append(' ').append(batch.values(series)[i]);
      text.append(' ').append(columns.firstMillis()[i]);
      for (BucketColumn column : BucketColumn.values()) {
        text.append(' ').append(columns.get(column)[i]);
      }
      @Nullable Histogram[] histograms = batch.histograms(series);
      if (histograms != null && histograms[i] != null) {
        text.append(" last ").append(text(histograms[i]));
        for (BucketColumn column : BucketColumns.OF_HISTOGRAMS) {
          @Nullable Histogram[] all = Objects.requireNonNull(columns.histograms(column));
          text.append(' ').append(column).append(' ').append(text(all[i]));
        }
      }
      texts.add(text.toString());
    }
    return texts;
  }

  /** All but the hint, which depends on what else was read. */
  private static String text(@Nullable Histogram histogram) {
    if (histogram == null) {
      return "none";
    }
    StringBuilder text = new StringBuilder();
    text.append(histogram.layout()).append(' ').append(histogram.count());
    text.append(' ').append(histogram.sum());
    for (int i = 0; i < histogram.layout().buckets(); i++) {
      text.append(' ').append(histogram.positive(i));
    }
    return text.toString();
  }
}
