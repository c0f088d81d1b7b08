package dev.vedette.benchmarks;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import dev.vedette.tsdb.block.SortedSeries;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

/**
 * Samples recorded from real exporters, one value a series and step, as measurements replay them:
 * for any number of instances, at an interval of 15 s, with or without jitter.
 *
 * <p>A folder holds {@code series.txt}, a line {@code job name{labels}} for each series, and {@code
 * values.bin.gz}: series by series its values as big-endian IEEE bits, each XORed with the one
 * before.
 */
public final class RecordedSeries {
  static final long START_MILLIS = 1_760_000_400_000L;
  static final long INTERVAL_MILLIS = 15_000;

  private final List<Labels> labels;
  private final double[][] values;

  private RecordedSeries(List<Labels> labels, double[][] values) {
    this.labels = labels;
    this.values = values;
  }

  public static RecordedSeries read(Path folder) throws IOException {
    List<Labels> labels = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("series.txt"))) {
      labels.add(parse(line));
    }
    ByteBuffer bits;
    try (InputStream in =
        new GZIPInputStream(
            new BufferedInputStream(Files.newInputStream(folder.resolve("values.bin.gz"))))) {
      bits = ByteBuffer.wrap(in.readAllBytes());
    }
    double[][] values = new double[labels.size()][bits.remaining() / Long.BYTES / labels.size()];
    for (double[] series : values) {
      long before = 0;
      for (int i = 0; i < series.length; i++) {
        before ^= bits.getLong();
        series[i] = Double.longBitsToDouble(before);
      }
    }
    return new RecordedSeries(labels, values);
  }

  private static Labels parse(String line) {
    int space = line.indexOf(' ');
    int brace = line.indexOf('{', space);
    Labels.Builder builder = new Labels.Builder();
    builder.set("job", line.substring(0, space));
    builder.set(Labels.METRIC_NAME, line.substring(space + 1, brace < 0 ? line.length() : brace));
    int at = brace + 1;
    while (brace >= 0 && line.charAt(at) != '}') {
      int equals = line.indexOf('=', at);
      StringBuilder value = new StringBuilder();
      int i = equals + 2;
      for (; line.charAt(i) != '"'; i++) {
        char c = line.charAt(i);
        if (c == '\\') {
          c = line.charAt(++i);
          c = c == 'n' ? '\n' : c;
        }
        value.append(c);
      }
      builder.set(line.substring(at, equals), value.toString());
      at = line.charAt(i + 1) == ',' ? i + 2 : i + 1;
    }
    return builder.build();
  }

  public int series() {
    return labels.size();
  }

  /** Labels of a series, without {@code instance}. */
  public Labels labels(int series) {
    return labels.get(series);
  }

  public double value(int series, int step) {
    return values[series][step];
  }

  public int steps() {
    return values[0].length;
  }

  /**
   * What to replay.
   *
   * @param instances each has all series, whole numbers over 1000 shifted by 1000 an instance
   * @param steps samples a series at most; recorded NaNs are left out
   * @param from first recorded step
   * @param jitterMillis each scrape is late by a random time below this
   */
  record Replay(int instances, int steps, int from, int jitterMillis) {}

  private record One(int series, int instance, Labels labels) {}

  /** The series in storage order, made up one by one. */
  SortedSeries replay(Replay replay) {
    List<One> order = new ArrayList<>();
    for (int instance = 0; instance < replay.instances; instance++) {
      for (int i = 0; i < labels.size(); i++) {
        String name = "host-" + instance + ".example:9100";
        order.add(new One(i, instance, labels.get(i).toBuilder().set("instance", name).build()));
      }
    }
    order.removeIf(one -> isEmpty(one, replay));
    order.sort(Comparator.comparing(One::labels, SeriesOrder.INSTANCE));
    long[][] times = new long[replay.instances][replay.steps];
    SplittableRandom random = new SplittableRandom(1);
    for (int step = 0; step < replay.steps; step++) {
      for (long[] vector : times) {
        int late = replay.jitterMillis == 0 ? 0 : random.nextInt(replay.jitterMillis);
        vector[step] = START_MILLIS + step * INTERVAL_MILLIS + late;
      }
    }
    return new Source(order, times, replay);
  }

  private boolean isEmpty(One one, Replay replay) {
    for (int step = 0; step < replay.steps; step++) {
      if (!Double.isNaN(values[one.series][replay.from + step])) {
        return false;
      }
    }
    return true;
  }

  private final class Source implements SortedSeries {
    private final List<One> order;
    private final long[][] times;
    private final Replay replay;
    private final long[] timestamps;
    private final long[] bits;
    private int next;
    private int size;

    Source(List<One> order, long[][] times, Replay replay) {
      this.order = order;
      this.times = times;
      this.replay = replay;
      timestamps = new long[replay.steps];
      bits = new long[replay.steps];
    }

    @Override
    public boolean next() {
      if (next == order.size()) {
        return false;
      }
      One one = order.get(next++);
      size = 0;
      for (int step = 0; step < replay.steps; step++) {
        double value = values[one.series][replay.from + step];
        if (Double.isNaN(value)) {
          continue;
        }
        if (value == Math.rint(value) && Math.abs(value) > 1000 && !Double.isInfinite(value)) {
          value += 1000.0 * one.instance;
        }
        timestamps[size] = times[one.instance][step];
        bits[size++] = Double.doubleToRawLongBits(value);
      }
      return true;
    }

    @Override
    public Labels labels() {
      return order.get(next - 1).labels;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public long[] timestamps() {
      return timestamps;
    }

    @Override
    public long[] valueBits() {
      return bits;
    }
  }
}
