package dev.vedette.ingester.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.ingester.relabel.RelabelRule;
import dev.vedette.ingester.relabel.Relabeler;
import dev.vedette.model.Labels;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.Allocation;
import dev.vedette.wire.exposition.ExpositionFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Pages read by way of the cache give what pages read afresh give, and cost nothing when known. */
class SeriesCacheTest {
  private static final Labels TARGET = Labels.of("instance", "a:1", "job", "api");

  private final SeriesCache cache = new SeriesCache();
  private final ScrapeBuffers buffers = new ScrapeBuffers();
  private final PageReader.Rules rules =
      rules(
          RelabelRule.of(RelabelRule.Action.DROP)
              .withSourceLabels(List.of("__name__"))
              .withRegex("m.*7"),
          RelabelRule.of(RelabelRule.Action.LABELDROP).withRegex("gone"));

  private static PageReader.Rules rules(RelabelRule... list) {
    return new PageReader.Rules(
        new PoolConfig.SampleRules(
            PoolConfig.Histograms.CLASSIC,
            false,
            false,
            true,
            false,
            List.of(),
            new PoolConfig.Limits(1 << 20, 0, 0, 0, 0)),
        Relabeler.of(List.of(list)));
  }

  @Test
  void anySequenceOfPagesGivesWhatFreshReadersGive() throws ScrapeFailure {
    long seed = Long.getLong("seed", 1);
    Random random = new Random(seed);
    Set<Labels> alive = new HashSet<>();
    List<String> page = List.of();
    for (int round = 0; round < 300; round++) {
      page = change(page, random);

      Map<Labels, Double> found = read(cache, buffers, page);
      Map<Labels, Double> expected = read(new SeriesCache(), new ScrapeBuffers(), page);

      assertThat(found).as("seed %d, round %d", seed, round).isEqualTo(expected);
      alive.removeAll(expected.keySet());
      assertThat(ended()).as("ended; seed %d, round %d", seed, round).isEqualTo(alive);
      alive = new HashSet<>(expected.keySet());
      cache.series().settle(true);
      cache.evict();
      assertThat(cache.lineCount()).isLessThanOrEqualTo(page.size() * 5 / 4 + 257);
    }
  }

  /** Keeps most of a page; now and then adds, removes, swaps, or begins afresh. */
  private static List<String> change(List<String> before, Random random) {
    List<String> page = new ArrayList<>(random.nextInt(20) == 0 ? List.of() : before);
    for (int i = random.nextInt(30); i > 0; i--) {
      String line =
          "m%d{x=\"%d\",gone=\"%d\"}"
              .formatted(random.nextInt(50), random.nextInt(50), random.nextInt(2));
      page.add(random.nextInt(page.size() + 1), line);
    }
    for (int i = random.nextInt(20); i > 0 && !page.isEmpty(); i--) {
      page.remove(random.nextInt(page.size()));
    }
    return page;
  }

  private Map<Labels, Double> read(SeriesCache into, ScrapeBuffers with, List<String> lines)
      throws ScrapeFailure {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      text.append(lines.get(i)).append(' ').append(i).append('\n');
    }
    into.beginPage();
    read(into, with, text.toString().getBytes(UTF_8));
    Map<Labels, Double> samples = new HashMap<>();
    WriteBatch batch = with.batch;
    batch.replaceBytes(into.series().labels());
    for (int i = 0; i < batch.seriesCount(); i++) {
      double value = Double.longBitsToDouble(batch.valueBits()[batch.samplesFrom(i)]);
      assertThat(samples.put(batch.labels(i), value)).isNull();
    }
    return samples;
  }

  private void read(SeriesCache into, ScrapeBuffers with, byte[] page) throws ScrapeFailure {
    with.beginBatch(into.series().labels());
    with.reader.read(
        new Page(page, page.length, ExpositionFormat.TEXT),
        into,
        new PageReader.Reading(TARGET, rules, 1000),
        with);
  }

  private Set<Labels> ended() {
    Set<Labels> ended = new HashSet<>();
    buffers.beginBatch(cache.series().labels());
    SeriesTable series = cache.series();
    for (int i = series.nextEnded(0); i >= 0; i = series.nextEnded(i + 1)) {
      PageReader.add(series, i, buffers.batch);
      ended.add(buffers.batch.labels(buffers.batch.seriesCount() - 1));
    }
    assertThat(series.anyEnded()).isEqualTo(!ended.isEmpty());
    return ended;
  }

  @Test
  void aKnownPageAllocatesNothing() throws ScrapeFailure {
    StringBuilder text = new StringBuilder("# TYPE m gauge\n");
    for (int i = 0; i < 2000; i++) {
      text.append("m{x=\"").append(i).append("\"} ").append(i * 1.5).append('\n');
    }
    byte[] page = text.toString().getBytes(UTF_8);
    for (int i = 0; i < 20; i++) {
      scrape(page);
    }

    long allocated = Allocation.bytesOf(() -> scrape(page));

    // The records that describe page and reading, and nothing by line.
    assertThat(allocated).isLessThan(2000);
    assertThat(buffers.batch.sampleCount()).isEqualTo(2000);
  }

  private void scrape(byte[] page) throws ScrapeFailure {
    cache.beginPage();
    read(cache, buffers, page);
    cache.series().settle(true);
    cache.evict();
  }

  @Test
  void aTargetWhoseSeriesChangeAllTheTimeDoesNotGrowTheCache() throws ScrapeFailure {
    long after100 = 0;
    for (int round = 0; round < 1000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 100; i++) {
        text.append("m{round=\"").append(round).append("\",i=\"").append(i).append("\"} 1\n");
      }
      scrape(text.toString().getBytes(UTF_8));
      after100 = round == 100 ? cache.bytes() : after100;
    }

    assertThat(cache.bytes()).isLessThan(after100 * 2);
    assertThat(cache.lineCount()).isLessThan(600);
  }
}
