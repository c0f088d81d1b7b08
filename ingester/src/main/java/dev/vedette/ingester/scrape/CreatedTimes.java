package dev.vedette.ingester.scrape;

import dev.vedette.model.Label;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricType;
import dev.vedette.model.WriteBatch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * When counters began, as OpenMetrics says it: by a line {@code foo_created} somewhere among those
 * of {@code foo}, with the labels that all of them share. They are known by the hash of those
 * labels, their <em>group</em>; a page's samples get their start once the page is read. The lines
 * themselves are series like any other. One page at a time.
 */
final class CreatedTimes {
  /** The group of what no such line can speak of. */
  static final long NONE = 0;

  private static final String CREATED = "_created";
  // The lowest bit of a group's number says that a line is the one with the time.
  private static final long IS_CREATED = 1;

  private final Map<Long, Long> millisByGroup = new HashMap<>();
  private int count;
  private int[] samples = new int[64];
  private long[] groups = new long[64];

  /** The group of a series, by its labels on the page and its family's type. */
  static long groupOf(Labels own, MetricType type) {
    String bound;
    String[] suffixes;
    switch (type) {
      case COUNTER -> {
        bound = "";
        suffixes = new String[] {"_total"};
      }
      case HISTOGRAM -> {
        bound = "le";
        suffixes = new String[] {"_bucket", "_count", "_sum"};
      }
      case SUMMARY -> {
        bound = "quantile";
        suffixes = new String[] {"_count", "_sum"};
      }
      default -> {
        return NONE;
      }
    }
    String name = own.metricName();
    boolean created = name.endsWith(CREATED);
    String family = created ? without(name, CREATED) : without(name, suffixes);
    long hash = hash(own, family, bound);
    return created ? hash | IS_CREATED : hash & ~IS_CREATED;
  }

  private static String without(String name, String... suffixes) {
    for (String suffix : suffixes) {
      if (name.endsWith(suffix)) {
        return name.substring(0, name.length() - suffix.length());
      }
    }
    return name;
  }

  private static long hash(Labels own, String family, String bound) {
    Labels.Builder shared = new Labels.Builder();
    for (Label label : own) {
      if (!label.name().equals(bound)) {
        shared.set(label.name(), label.value());
      }
    }
    byte[] bytes = LabelBytes.encode(shared.set(Labels.METRIC_NAME, family).build());
    return LabelBytes.hash(bytes, 0, bytes.length);
  }

  void clear() {
    count = 0;
    if (!millisByGroup.isEmpty()) {
      millisByGroup.clear();
    }
  }

  /** A line of a group has this value; only that of its {@code _created} line matters. */
  void seen(long group, long valueBits) {
    double millis = Double.longBitsToDouble(valueBits) * 1000;
    if ((group & IS_CREATED) != 0 && millis > 0 && millis < 0x1p62) {
      millisByGroup.put(group & ~IS_CREATED, (long) millis);
    }
  }

  /** A sample of the batch belongs to a group. */
  void wanted(int sample, long group) {
    if ((group & IS_CREATED) != 0) {
      return;
    }
    if (count == samples.length) {
      samples = Arrays.copyOf(samples, count * 2);
      groups = Arrays.copyOf(groups, count * 2);
    }
    samples[count] = sample;
    groups[count] = group;
    count++;
  }

  /** Gives the samples their starts. */
  void apply(WriteBatch batch) {
    for (int i = 0; i < count && !millisByGroup.isEmpty(); i++) {
      Long millis = millisByGroup.get(groups[i]);
      if (millis != null && millis <= batch.timestamps()[samples[i]]) {
        batch.setStart(samples[i], millis);
      }
    }
  }
}
