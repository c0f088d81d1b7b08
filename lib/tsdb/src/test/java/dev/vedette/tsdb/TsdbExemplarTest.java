package dev.vedette.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.Exemplar;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesExemplars;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.head.HeadConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TsdbExemplarTest {
  private static final long NOW = 1_760_004_000_000L;
  private static final Labels HITS = Labels.of("__name__", "hits", "path", "/a");
  private static final List<List<LabelMatcher>> ALL =
      List.of(List.of(LabelMatcher.equal("__name__", "hits")));

  private static final TenantId MANY = new TenantId("many");
  private static final TenantId FEW = new TenantId("few");
  private static final TenantId OTHERS = new TenantId("others");

  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(NOW));
  private SimFiles disk = SimFiles.seeded(1);
  private HeadConfig head = HeadConfig.defaults().withMaxExemplars(50);
  private PrometheusRegistry registry = new PrometheusRegistry();
  private Tsdb tsdb = open();

  private Tsdb open() {
    TsdbConfig config =
        TsdbConfig.defaults(Path.of("/data"))
            .withMaintenanceInterval(Duration.ofDays(1))
            .withHead(head);
    registry = new PrometheusRegistry();
    return Tsdb.open(config, disk, clock, System::nanoTime, registry);
  }

  @AfterEach
  void close() {
    tsdb.close();
  }

  private void reopen() {
    tsdb.close();
    tsdb = open();
  }

  @Test
  void exemplarsAreThereAtOnceAndAfterStartsAndFlushes() {
    Exemplar first = exemplar("a", NOW - 1000);
    Exemplar second = exemplar("b", NOW);
    assertThat(write(HITS, first, second).exemplars()).isEqualTo(2);
    List<SeriesExemplars> expected = List.of(new SeriesExemplars(HITS, List.of(first, second)));

    assertThat(read()).isEqualTo(expected);
    reopen();
    assertThat(read()).isEqualTo(expected);
    tsdb.flush();
    assertThat(read()).isEqualTo(expected);
    reopen();
    assertThat(read()).isEqualTo(expected);
    tsdb.flush();
    reopen();
    assertThat(read()).isEqualTo(expected);
    assertThat(tsdb.exemplars(new TenantId("other"), ALL, 0, NOW)).isEmpty();
  }

  @Test
  void theSameAgainCountsAsKeptAndOneOutsideOfItsTimeOrTooLongDoesNot() {
    Exemplar newest = exemplar("a", NOW);
    Exemplar late = exemplar("b", NOW - Duration.ofHours(10).toMillis());
    write(HITS, newest, late);

    assertThat(write(HITS, newest, late).exemplars()).isEqualTo(2);
    assertThat(write(HITS, exemplar("c", NOW - Duration.ofDays(400).toMillis())).exemplars())
        .isZero();
    assertThat(write(HITS, exemplar("c".repeat(130), NOW)).exemplars()).isZero();
    assertThat(write(HITS, exemplar("c", NOW + Duration.ofHours(1).toMillis())).exemplars())
        .isZero();
    assertThat(read()).containsExactly(new SeriesExemplars(HITS, List.of(late, newest)));
  }

  @Test
  void theOldestMakesRoomForTheNewest() {
    for (int i = 0; i < 70; i++) {
      write(HITS, exemplar("t" + i, NOW + i));
    }
    assertThat(read().getFirst().exemplars())
        .hasSize(50)
        .startsWith(exemplar("t20", NOW + 20))
        .endsWith(exemplar("t69", NOW + 69));
    reopen();
    assertThat(read().getFirst().exemplars()).hasSize(50).endsWith(exemplar("t69", NOW + 69));
  }

  @Test
  void tenantsWithManyMakeRoomOnceThoseOfAllTenantsTakeTheirMemory() {
    head = head.withMaxExemplars(10_000).withExemplarBytes(60_000);
    reopen();
    List<Exemplar> few = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      write(MANY, HITS, exemplar("m" + i, NOW + i));
      if (i % 45 == 0) {
        write(OTHERS, HITS, exemplar("o" + i, NOW + i));
        few.add(exemplar("f" + i, NOW + i));
        write(FEW, HITS, few.getLast());
      }
      assertThat(metric("vedette_storage_exemplar_bytes")).isLessThanOrEqualTo(60_000);
    }
    List<Exemplar> ofMany = read(MANY);

    assertThat(read(FEW)).as("what they sent before others sent many").isEqualTo(few);
    assertThat(read(OTHERS)).hasSize(20);
    assertThat(ofMany).hasSizeGreaterThan(400).endsWith(exemplar("m899", NOW + 899));
    assertThat(metric("vedette_storage_exemplars_evicted")).isEqualTo(900 - ofMany.size());
    assertThat(metric("vedette_storage_exemplar_limit_bytes")).isEqualTo(60_000);
    reopen();
    assertThat(read(FEW)).isEqualTo(few);
    assertThat(read(MANY)).endsWith(exemplar("m899", NOW + 899));
    assertThat(metric("vedette_storage_exemplar_bytes")).isLessThanOrEqualTo(60_000);
    tsdb.flush();
    reopen();
    assertThat(read(FEW)).as("from a checkpoint").isEqualTo(few);

    for (int i = 0; i < 600; i++) {
      write(FEW, HITS, exemplar("g" + i, NOW + 1_000 + i));
    }

    assertThat(Math.abs(read(FEW).size() - read(MANY).size())).as("a share each").isLessThan(40);
    assertThat(read(OTHERS)).hasSize(20);
  }

  @Test
  void labelSetsOfTheirSeriesCount() {
    head = head.withMaxExemplars(10_000).withExemplarBytes(60_000);
    reopen();
    for (int i = 0; i < 300; i++) {
      Labels series = Labels.of("__name__", "hits", "path", "/" + i + "a".repeat(500));
      write(MANY, series, exemplar("m" + i, NOW + i));
    }
    assertThat(read(MANY)).hasSizeBetween(40, 60_000 / 500).endsWith(exemplar("m299", NOW + 299));
  }

  private double metric(String name) {
    return registry.scrape(name::equals).stream()
        .flatMap(family -> family.getDataPoints().stream())
        .mapToDouble(TsdbExemplarTest::value)
        .sum();
  }

  private static double value(DataPointSnapshot point) {
    return switch (point) {
      case GaugeDataPointSnapshot gauge -> gauge.getValue();
      case CounterDataPointSnapshot counter -> counter.getValue();
      default -> throw new AssertionError(point);
    };
  }

  private List<Exemplar> read(TenantId tenant) {
    return tsdb.exemplars(tenant, ALL, 0, Long.MAX_VALUE).stream()
        .flatMap(series -> series.exemplars().stream())
        .toList();
  }

  @Test
  void whatTheLogDidNotTakeIsLoggedWhenItIsSentAgain() throws IOException {
    write(HITS, exemplar("a", NOW));
    disk.failOn(
        call -> call.operation() == SimFiles.Operation.FORCE, new IOException("bad sector"));
    assertThatThrownBy(() -> write(HITS, exemplar("b", NOW + 1))).isInstanceOf(Unavailable.class);
    disk.heal();

    WriteOutcome outcome = retry(exemplar("b", NOW + 1));

    assertThat(outcome.exemplars()).isEqualTo(1);
    reopen();
    assertThat(read().getFirst().exemplars())
        .containsExactly(exemplar("a", NOW), exemplar("b", NOW + 1));
  }

  /** The log becomes writable again by itself, some milliseconds after the disk. */
  private WriteOutcome retry(Exemplar exemplar) {
    while (true) {
      try {
        return write(HITS, exemplar);
      } catch (Unavailable e) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void whatWasAcknowledgedSurvivesCrashes() throws IOException {
    long seed = Long.getLong("seed", 1);
    System.out.println("TsdbExemplarTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    tsdb.close();
    for (int round = 0; round < 20; round++) {
      disk = SimFiles.seeded(random.nextLong());
      TreeSet<Long> acknowledged = new TreeSet<>();
      for (int life = 0; life < 3; life++) {
        disk.cutPowerAt(random.nextInt(1, 150));
        live(random, acknowledged);
        disk = disk.crash();
      }
      tsdb = open();
      TreeSet<Long> found = new TreeSet<>();
      read().forEach(of -> of.exemplars().forEach(e -> found.add(e.timestampMillis())));
      // The ring has the last fifty; those of a power cut are there or not.
      assertThat(found).as("round %d", round).containsAll(last(acknowledged, 40));
      tsdb.close();
    }
    disk = SimFiles.seeded(1);
    tsdb = open();
  }

  private static List<Long> last(TreeSet<Long> all, int count) {
    return all.descendingSet().stream().limit(count).toList();
  }

  private void live(SplittableRandom random, TreeSet<Long> acknowledged) {
    try (Tsdb own = open()) {
      tsdb = own;
      for (int i = 0; i < 30; i++) {
        if (random.nextInt(8) == 0) {
          own.flush();
        } else {
          clock.advance(Duration.ofSeconds(1));
          long at = clock.millis();
          write(HITS, exemplar("t", at));
          acknowledged.add(at);
        }
      }
    } catch (Unavailable e) {
      assertThat(e.wayOut()).isNotEmpty();
    }
  }

  private static Exemplar exemplar(String trace, long at) {
    return new Exemplar(Labels.of("trace_id", trace), at, 0.5);
  }

  private List<SeriesExemplars> read() {
    return tsdb.exemplars(TenantId.DEFAULT, ALL, 0, Long.MAX_VALUE);
  }

  private WriteOutcome write(Labels series, Exemplar... exemplars) {
    return write(TenantId.DEFAULT, series, exemplars);
  }

  private WriteOutcome write(TenantId tenant, Labels series, Exemplar... exemplars) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(LabelBytes.encode(series));
    int labelsTo = bytes.size();
    int[] ends = new int[exemplars.length];
    for (int i = 0; i < exemplars.length; i++) {
      bytes.writeBytes(LabelBytes.encode(exemplars[i].labels()));
      ends[i] = bytes.size();
    }
    WriteBatch batch = new WriteBatch();
    batch.reset(bytes.toByteArray());
    batch.addSeries(0, labelsTo);
    batch.addSample(clock.millis(), Double.doubleToRawLongBits(clock.millis()));
    for (int i = 0; i < exemplars.length; i++) {
      batch.addExemplar(
          i == 0 ? labelsTo : ends[i - 1],
          ends[i],
          exemplars[i].timestampMillis(),
          Double.doubleToRawLongBits(exemplars[i].value()));
    }
    return tsdb.write(tenant, batch);
  }
}
