package dev.vedette.model;

import java.util.Comparator;

/**
 * The order in which series are stored, merged and handed out: family (name without {@code
 * _bucket}, {@code _count}, {@code _sum}), {@code instance}, {@code job}, all other labels, suffix,
 * numeric {@code le}, {@code quantile}. It puts together what behaves alike, so that neighbours
 * compress well and one histogram is one run. Total: two label sets compare as 0 only when equal.
 */
public final class SeriesOrder implements Comparator<Labels> {
  public static final SeriesOrder INSTANCE = new SeriesOrder();

  private static final String[] SUFFIXES = {"_bucket", "_count", "_sum"};

  private SeriesOrder() {}

  /** The metric family of a name. */
  public static String family(String metricName) {
    return metricName.substring(0, familyLength(metricName));
  }

  private static int familyLength(String name) {
    for (String suffix : SUFFIXES) {
      if (name.endsWith(suffix)) {
        return name.length() - suffix.length();
      }
    }
    return name.length();
  }

  @Override
  public int compare(Labels a, Labels b) {
    String nameA = a.metricName();
    String nameB = b.metricName();
    int order = compareFamilies(nameA, nameB);
    if (order == 0) {
      order = Utf8.compare(a.get("instance"), b.get("instance"));
    }
    if (order == 0) {
      order = Utf8.compare(a.get("job"), b.get("job"));
    }
    if (order == 0) {
      order = compareRest(a, b);
    }
    if (order == 0) {
      order = Utf8.compare(nameA, nameB);
    }
    if (order == 0) {
      order = Double.compare(bound(a.get("le")), bound(b.get("le")));
    }
    return order == 0 ? a.compareTo(b) : order;
  }

  private static int compareFamilies(String a, String b) {
    int lengthA = familyLength(a);
    int lengthB = familyLength(b);
    if (lengthA == lengthB && a.regionMatches(0, b, 0, lengthA)) {
      return 0;
    }
    int shared = Math.min(lengthA, lengthB);
    for (int i = 0; i < shared; i++) {
      if (a.charAt(i) != b.charAt(i)) {
        return Utf8.compare(a.substring(i), b.substring(i));
      }
    }
    return Integer.compare(lengthA, lengthB);
  }

  private static int compareRest(Labels a, Labels b) {
    int i = 0;
    int j = 0;
    while (true) {
      i = nextOther(a, i);
      j = nextOther(b, j);
      if (i == a.size() || j == b.size()) {
        return Integer.compare(a.size() - i, b.size() - j);
      }
      int order = Utf8.compare(a.name(i), b.name(j));
      if (order == 0) {
        order = Utf8.compare(a.value(i), b.value(j));
      }
      if (order != 0) {
        return order;
      }
      i++;
      j++;
    }
  }

  private static int nextOther(Labels labels, int from) {
    int i = from;
    while (i < labels.size() && isOrderedElsewhere(labels.name(i))) {
      i++;
    }
    return i;
  }

  private static boolean isOrderedElsewhere(String name) {
    return switch (name) {
      case Labels.METRIC_NAME, "instance", "job", "le", "quantile" -> true;
      default -> false;
    };
  }

  /**
   * The number by which a value of {@code le} is ordered: an absent one comes first, {@code +Inf}
   * last but for what is no number.
   */
  public static double bound(String le) {
    if (le.isEmpty()) {
      return Double.NEGATIVE_INFINITY;
    }
    if (le.equals("+Inf")) {
      return Double.POSITIVE_INFINITY;
    }
    try {
      return Double.parseDouble(le);
    } catch (NumberFormatException e) {
      // Not a bucket bound at all; the label sets' own order decides.
      return Double.NaN;
    }
  }
}
