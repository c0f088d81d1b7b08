package dev.vedette.promql.histogram;

import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;

/**
 * Cuts off the observations above or below a value. A bucket that the value lies in keeps the part
 * of its count that it would have there if it was spread as for quantiles; the sum is estimated
 * anew from the middles of what is left.
 */
public final class HistogramTrim {
  private final double at;
  private final boolean keepsBelow;
  private final boolean custom;
  private double count;
  private double sum;
  private boolean changed;

  private HistogramTrim(double at, boolean keepsBelow, boolean custom) {
    this.at = at;
    this.keepsBelow = keepsBelow;
    this.custom = custom;
  }

  /** Keeps what is below a value: the operator {@code </}. */
  public static Histogram upper(Histogram histogram, double value) {
    return new HistogramTrim(value, true, histogram.layout().isCustom()).trim(histogram);
  }

  /** Keeps what is above a value: the operator {@code >/}. */
  public static Histogram lower(Histogram histogram, double value) {
    return new HistogramTrim(value, false, histogram.layout().isCustom()).trim(histogram);
  }

  private Histogram trim(Histogram histogram) {
    HistogramLayout layout = histogram.layout();
    HistogramDraft draft = HistogramDraft.of(histogram);
    boolean anyPositive = trim(draft.positive(), layout, false);
    boolean anyNegative = trim(draft.negative(), layout, true);
    double zeroCount = zeroBucket(histogram, anyPositive, anyNegative);
    if (!changed) {
      return histogram;
    }
    draft.setTotals(count, zeroCount, sum);
    return draft.compact().finish();
  }

  /** What is left of a bucket, and the value that stands for it. */
  private record Kept(double count, double middle) {
    static final Kept NOTHING = new Kept(0, 0);
  }

  /** Trims a side; says whether it holds anything before that. */
  private boolean trim(BucketRow row, HistogramLayout layout, boolean negative) {
    boolean any = false;
    for (int i = 0; i < row.size(); i++) {
      if (row.count(i) == 0) {
        continue;
      }
      any = true;
      double near = BucketTable.lowerBound(layout, row.index(i));
      double far = BucketTable.upperBound(layout, row.index(i));
      Bucket bucket =
          negative ? new Bucket(-far, -near, row.count(i)) : new Bucket(near, far, row.count(i));
      Kept kept = kept(bucket);
      keep(kept, bucket.count());
      row.setCount(i, kept.count());
    }
    return any;
  }

  private record Bucket(double lower, double upper, double count) {}

  private void keep(Kept kept, double before) {
    count += kept.count();
    sum += kept.count() == 0 ? 0 : kept.middle() * kept.count();
    changed |= kept.count() != before;
  }

  private Kept kept(Bucket bucket) {
    boolean whole = keepsBelow ? bucket.upper() <= at : bucket.lower() >= at;
    if (whole) {
      return new Kept(bucket.count(), middle(bucket.lower(), bucket.upper()));
    }
    boolean cut = keepsBelow ? bucket.lower() < at : bucket.upper() > at;
    return cut ? cut(bucket) : Kept.NOTHING;
  }

  private Kept cut(Bucket bucket) {
    if (bucket.lower() == Double.NEGATIVE_INFINITY) {
      return cutOpenBelow(bucket);
    }
    if (bucket.upper() == Double.POSITIVE_INFINITY) {
      // Nothing is known of where its observations are: above any value in it.
      return keepsBelow ? Kept.NOTHING : new Kept(at >= bucket.lower() ? bucket.count() : 0, at);
    }
    double below = bucket.count() * fractionBelow(bucket);
    return keepsBelow
        ? new Kept(below, middle(bucket.lower(), at))
        : new Kept(bucket.count() - below, middle(at, bucket.upper()));
  }

  /** A custom bucket without lower bound begins at 0 where it ends above that. */
  private Kept cutOpenBelow(Bucket bucket) {
    double upper = bucket.upper();
    boolean fromZero = upper > 0 && upper != Double.POSITIVE_INFINITY;
    if (keepsBelow) {
      if (fromZero && at > 0) {
        return new Kept(bucket.count() * at / upper, at / 2);
      }
      return upper <= 0 ? new Kept(bucket.count(), at) : Kept.NOTHING;
    }
    return fromZero && at >= 0
        ? new Kept(bucket.count() * (1 - at / upper), (at + upper) / 2)
        : Kept.NOTHING;
  }

  private double fractionBelow(Bucket bucket) {
    if (custom) {
      return (at - bucket.lower()) / (bucket.upper() - bucket.lower());
    }
    double lower = Math.log(Math.abs(bucket.lower()));
    double upper = Math.log(Math.abs(bucket.upper()));
    double value = Math.log(Math.abs(at));
    return bucket.lower() > 0
        ? (value - lower) / (upper - lower)
        : 1 - (value - upper) / (lower - upper);
  }

  private double middle(double lower, double upper) {
    if (Double.isInfinite(lower)) {
      return Double.isInfinite(upper) ? 0 : upper > 0 ? upper / 2 : upper;
    }
    if (Double.isInfinite(upper)) {
      return lower;
    }
    if (custom) {
      return (lower + upper) / 2;
    }
    double middle = Math.sqrt(Math.abs(lower * upper));
    return upper > 0 ? middle : -middle;
  }

  /** What is left of the zero bucket, which reaches to 0 only where nothing is on one side. */
  private double zeroBucket(Histogram histogram, boolean anyPositive, boolean anyNegative) {
    double before = histogram.zeroCount();
    if (!(before > 0)) {
      return before;
    }
    double threshold = histogram.layout().zeroThreshold();
    double lower = anyPositive && !anyNegative ? 0 : -threshold;
    double upper = anyNegative && !anyPositive ? 0 : threshold;
    Kept kept;
    if (keepsBelow ? at >= upper : at <= lower) {
      kept = new Kept(before, (lower + upper) / 2);
    } else if (keepsBelow ? at <= lower : at >= upper) {
      kept = Kept.NOTHING;
    } else if (keepsBelow) {
      kept = new Kept(before * (at - lower) / (upper - lower), (lower + at) / 2);
    } else {
      kept = new Kept(before * (upper - at) / (upper - lower), (at + upper) / 2);
    }
    keep(kept, before);
    return kept.count();
  }
}
