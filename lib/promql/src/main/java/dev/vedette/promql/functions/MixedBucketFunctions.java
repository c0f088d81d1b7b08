package dev.vedette.promql.functions;

import static dev.vedette.promql.exec.BucketFunction.ofWindow;

import dev.vedette.model.Histogram;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.exec.BucketFunction.OfMixed;
import dev.vedette.promql.exec.BucketFunction.OfSeries;
import dev.vedette.promql.exec.MixedBuckets;
import dev.vedette.promql.exec.MixedSamples;
import dev.vedette.promql.exec.PointColumn;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.Windows;
import dev.vedette.promql.functions.MixedFunctions.HistogramWindow;
import java.util.function.Function;

/**
 * What functions of range vectors make of the buckets of series that have histograms: what {@link
 * MixedFunctions} make of the samples.
 */
final class MixedBucketFunctions {
  private MixedBucketFunctions() {}

  /** A number of buckets of any kind, at least one. */
  @FunctionalInterface
  interface AnyWindow {
    double apply(MixedBuckets buckets, int from, int to);
  }

  static OfMixed ofAny(AnyWindow function) {
    return (buckets, out) -> {
      for (int step = 0; step < out.steps(); step++) {
        int from = buckets.windows().from(step);
        int to = buckets.windows().to(step);
        if (from < to) {
          out.set(step, function.apply(buckets, from, to));
        }
      }
      return true;
    };
  }

  static double count(MixedBuckets buckets, int from, int to) {
    long count = 0;
    for (int i = from; i < to; i++) {
      count += buckets.count(i);
    }
    return count;
  }

  /** The first or the last sample itself. */
  static OfMixed sample(boolean first) {
    return (buckets, out) -> {
      for (int step = 0; step < out.steps(); step++) {
        int from = buckets.windows().from(step);
        int to = buckets.windows().to(step);
        if (from < to && first) {
          buckets.showFirst(from, step, out);
        } else if (from < to) {
          buckets.showLast(to - 1, step, out);
        }
      }
      return true;
    };
  }

  /** A function of numbers: histograms among them are ignored, which is said. */
  static OfMixed ofFloats(OfSeries function) {
    return (buckets, out) -> {
      function.apply(buckets.floats(), out.values());
      Windows windows = buckets.windows();
      for (int step = 0; step < out.steps(); step++) {
        int histograms = buckets.histograms(windows.from(step), windows.to(step));
        if (histograms > 0 && histograms < windows.to(step) - windows.from(step)) {
          buckets.info(AnnotationTexts.ignoredInRange(buckets.floats().labels().metricName()));
        }
      }
      return true;
    };
  }

  static boolean sum(MixedBuckets buckets, PointColumn out) {
    return total(buckets, out, false, ofWindow(BucketFunctions::total));
  }

  static boolean average(MixedBuckets buckets, PointColumn out) {
    return !buckets.anySumOverflows()
        && total(buckets, out, true, ofWindow(BucketFunctions::average));
  }

  private static boolean total(
      MixedBuckets buckets, PointColumn out, boolean mean, OfSeries floats) {
    separate(
        buckets,
        out,
        floats,
        MixedBuckets::sums,
        (samples, from, to, _) -> MixedFunctions.total(samples, from, to, mean));
    return true;
  }

  /** What fell between gauges is not known; increases of them are of what rose. */
  static OfMixed rate(OfSeries floats, HistogramWindow histograms, boolean counter) {
    return (buckets, out) -> {
      if (counter && buckets.anyOfGauges()) {
        return false;
      }
      separate(buckets, out, floats, MixedBuckets::ends, histograms);
      return true;
    };
  }

  /** One function for windows of numbers, one for windows of histograms, none for a mix. */
  private static void separate(
      MixedBuckets buckets,
      PointColumn out,
      OfSeries floats,
      Function<MixedBuckets, MixedSamples> view,
      HistogramWindow histograms) {
    floats.apply(buckets.floats(), out.values());
    MixedSamples samples = view.apply(buckets);
    Windows windows = buckets.windows();
    for (int step = 0; step < out.steps(); step++) {
      int all = windows.to(step) - windows.from(step);
      int count = buckets.histograms(windows.from(step), windows.to(step));
      if (count == 0) {
        continue;
      }
      out.set(step, Points.NONE);
      if (count < all) {
        buckets.warn(AnnotationTexts.mixedRange(buckets.floats().labels().metricName()));
        continue;
      }
      Histogram result =
          histograms.apply(samples, samples.windows().from(step), samples.windows().to(step), step);
      if (result != null) {
        out.set(step, result);
      }
    }
  }
}
