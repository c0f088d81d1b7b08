package dev.vedette.ingester.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vedette.ingester.relabel.Relabeler;
import dev.vedette.model.Labels;
import dev.vedette.model.WriteBatch;
import dev.vedette.wire.exposition.ExpositionFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A page of metrics becoming a batch, per sample: parse, find the series, append. It stands in the
 * package of what it measures, which is not public.
 *
 * <p>Pages look like a node exporter's: some 70 bytes a line, long runs of one family, three values
 * in four the same as on the page before.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ScrapePages {
  private static final int LINES = 2000;
  private static final int PAGES = 20;
  private static final Labels TARGET = Labels.of("instance", "10.0.0.1:9100", "job", "node");

  private final byte[][] pages = new byte[PAGES][];
  private final SeriesCache cache = new SeriesCache();
  private final ScrapeBuffers buffers = new ScrapeBuffers();
  private final PageReader.Rules rules =
      new PageReader.Rules(
          new PoolConfig.SampleRules(
              PoolConfig.Histograms.CLASSIC,
              false,
              false,
              true,
              false,
              List.of(),
              new PoolConfig.Limits(64 << 20, 0, 0, 0, 0)),
          Relabeler.NONE);
  private int next;

  @Setup
  public void makePages() {
    Random random = new Random(1);
    double[] values = random.doubles(LINES, 0, 1e6).toArray();
    for (int page = 0; page < PAGES; page++) {
      StringBuilder text = new StringBuilder();
      for (int line = 0; line < LINES; line++) {
        if (line % 50 == 0) {
          text.append("# HELP node_family_").append(line / 50).append("_total What it counts.\n");
          text.append("# TYPE node_family_").append(line / 50).append("_total counter\n");
        }
        if (random.nextInt(4) == 0) {
          values[line] += random.nextInt(1000) / 100.0;
        }
        text.append("node_family_").append(line / 50).append("_total{device=\"dev");
        text.append(line % 10).append("\",mode=\"mode").append(line % 50).append("\"} ");
        text.append(
            line % 2 == 0 ? (long) values[line] + "" : Math.round(values[line] * 100) / 100.0);
        text.append('\n');
      }
      pages[page] = text.toString().getBytes(UTF_8);
    }
  }

  /** The usual case: every line was on the page before. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public WriteBatch knownLines() throws ScrapeFailure {
    return read(cache);
  }

  /** The first scrape of a target: every line is read into labels and hashed. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public WriteBatch newLines() throws ScrapeFailure {
    return read(new SeriesCache());
  }

  private WriteBatch read(SeriesCache into) throws ScrapeFailure {
    byte[] page = pages[next++ % PAGES];
    into.beginPage();
    buffers.beginBatch(into.series().labels());
    buffers.reader.read(
        new Page(page, page.length, ExpositionFormat.TEXT),
        into,
        new PageReader.Reading(TARGET, rules, 1_700_000_000_000L),
        buffers);
    buffers.batch.replaceBytes(into.series().labels());
    into.series().settle(true);
    into.evict();
    return buffers.batch;
  }
}
