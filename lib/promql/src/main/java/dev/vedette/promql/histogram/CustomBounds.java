package dev.vedette.promql.histogram;

import java.util.Arrays;

/** Bounds that histograms bring along, without the last one of +Inf; ascending. */
final class CustomBounds {
  private CustomBounds() {}

  static boolean areEqual(double[] a, double[] b) {
    return Arrays.equals(a, b);
  }

  /** Bounds that are in both. */
  static double[] common(double[] a, double[] b) {
    double[] common = new double[Math.min(a.length, b.length)];
    int size = 0;
    int i = 0;
    int j = 0;
    while (i < a.length && j < b.length) {
      if (a[i] == b[j]) {
        common[size++] = a[i];
        i++;
        j++;
      } else if (a[i] < b[j]) {
        i++;
      } else {
        j++;
      }
    }
    return Arrays.copyOf(common, size);
  }

  /** The bucket among fewer bounds that a bucket lies in. */
  static int bucketOf(double[] bounds, int bucket, double[] fewer) {
    if (bucket >= bounds.length) {
      return fewer.length;
    }
    int found = Arrays.binarySearch(fewer, bounds[bucket]);
    return found >= 0 ? found : -found - 1;
  }
}
