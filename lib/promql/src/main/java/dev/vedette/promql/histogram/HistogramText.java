package dev.vedette.promql.histogram;

import dev.vedette.model.Histogram;
import dev.vedette.promql.numbers.GoFormat;

/** Histograms as text, as {@code count_values} puts them into a label. */
public final class HistogramText {
  private HistogramText() {}

  /** Such as <code>{count:3, sum:5, [-0.001,0.001]:1, (1,2]:2}</code>, without empty buckets. */
  public static String of(Histogram histogram) {
    StringBuilder out = new StringBuilder("{count:").append(GoFormat.general(histogram.count()));
    out.append(", sum:").append(GoFormat.general(histogram.sum()));
    BucketTable buckets = BucketTable.of(histogram);
    for (int i = 0; i < buckets.size(); i++) {
      if (buckets.count(i) != 0) {
        out.append(", ").append(buckets.includesLower(i) ? '[' : '(');
        out.append(GoFormat.general(buckets.lower(i))).append(',');
        out.append(GoFormat.general(buckets.upper(i)));
        out.append(buckets.includesUpper(i) ? ']' : ')').append(':');
        out.append(GoFormat.general(buckets.count(i)));
      }
    }
    return out.append('}').toString();
  }
}
