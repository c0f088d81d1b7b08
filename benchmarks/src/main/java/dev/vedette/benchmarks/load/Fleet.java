package dev.vedette.benchmarks.load;

import dev.vedette.benchmarks.RecordedSeries;
import dev.vedette.model.Labels;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Machines that all have the same series, each with values of its own: simulated, or recorded ones
 * repeated. Values follow from instance, series and step alone, so any thread may ask for any.
 */
abstract class Fleet {
  /** Series of one instance. */
  abstract int series();

  /** Labels of a series, without {@code instance}. */
  abstract Labels labels(int series);

  /** A value; NaN where the series has no sample at that step. */
  abstract double value(int instance, int series, long step);

  abstract boolean isCounter(int series);

  /**
   * Recorded series, whole numbers above 1000 shifted by 1000 an instance, from the start again at
   * their end.
   */
  static Fleet recorded(Path folder) throws IOException {
    RecordedSeries recorded = RecordedSeries.read(folder);
    return new Fleet() {
      @Override
      int series() {
        return recorded.series();
      }

      @Override
      Labels labels(int series) {
        return recorded.labels(series);
      }

      @Override
      double value(int instance, int series, long step) {
        double value = recorded.value(series, (int) (step % recorded.steps()));
        boolean isLargeWhole =
            value == Math.rint(value) && Math.abs(value) > 1000 && !Double.isInfinite(value);
        return isLargeWhole ? value + 1000.0 * instance : value;
      }

      @Override
      boolean isCounter(int series) {
        return recorded.labels(series).get(Labels.METRIC_NAME).endsWith("_total");
      }
    };
  }

  /**
   * Of twenty series fourteen do not change, four count, one is a decimal gauge and one is noise:
   * three quarters of what node_exporter shows never change in two hours, too.
   */
  static Fleet simulated(int series) {
    return new Simulated(series);
  }

  private static final class Simulated extends Fleet {
    private static final int KINDS = 20;
    private static final int CONSTANT = 14;
    private static final int COUNTING = 18;
    private static final int DEVICES = 4;
    private final int series;

    Simulated(int series) {
      this.series = series;
    }

    @Override
    int series() {
      return series;
    }

    @Override
    Labels labels(int s) {
      String kind = s % KINDS < CONSTANT ? "_info" : isCounter(s) ? "_total" : "_value";
      return Labels.of(
          Labels.METRIC_NAME,
          "load_device_" + s % KINDS + "_family_" + s / (KINDS * DEVICES) + kind,
          "cluster",
          "production-eu-central-1",
          "device",
          "veth" + s / KINDS % DEVICES,
          "job",
          "load",
          "namespace",
          "monitoring");
    }

    @Override
    boolean isCounter(int s) {
      int kind = s % KINDS;
      return kind >= CONSTANT && kind < COUNTING;
    }

    @Override
    double value(int instance, int s, long step) {
      int kind = s % KINDS;
      if (kind < CONSTANT) {
        return s * 3.0 + instance;
      }
      long noise = mix(instance * 1_000_003L + s * 7_919L + step);
      if (kind < COUNTING) {
        int rate = 10 + (s + instance) % 200;
        return step * (double) rate + noise % rate;
      }
      return kind == COUNTING ? noise % 1_000 / 10.0 : noise / 1e7;
    }

    /** A number from 0 that looks random. */
    private static long mix(long seed) {
      long z = seed * 0x9E3779B97F4A7C15L;
      z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
      return (z ^ z >>> 27) >>> 24;
    }
  }
}
