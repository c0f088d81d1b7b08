package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import dev.vedette.model.TenantId;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads that look for long and find nothing, of which somebody stops waiting for the answer. */
class TsdbReadCheckTest {
  private static final int SERIES = 5 * SeriesBatch.CAPACITY;
  private static final long MINUTE = 60_000;
  // In the middle of what is stored, with a sample of no series.
  private static final Selection GAP =
      new Selection(
          List.of(LabelMatcher.equal("__name__", "m")),
          START + 30 * MINUTE + 1,
          START + 60 * MINUTE);

  private final TestEngine engine = new TestEngine();
  private final SeriesBatch batch = new SeriesBatch();

  @BeforeEach
  void write() {
    for (int i = 0; i < SERIES; i++) {
      engine.write(Labels.of("__name__", "m", "host", "h" + i), START, i);
    }
    engine.advance(Duration.ofMinutes(110));
    engine.write(Labels.of("__name__", "m", "host", "h0"), START + 110 * MINUTE, 0);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private int pagesDecoded() {
    return (int)
        engine.registry.scrape("vedette_storage_pages_read"::equals).stream()
            .flatMap(family -> family.getDataPoints().stream())
            .filter(point -> "block".equals(point.getLabels().get("from")))
            .mapToDouble(point -> ((CounterDataPointSnapshot) point).getValue())
            .sum();
  }

  /** The flag is up once a page was decoded. */
  private void cancelledAfterAPage() {
    if (pagesDecoded() > 0) {
      throw new CancellationException();
    }
  }

  private SeriesCursor select(Selection selection, ReadCheck check) {
    return engine.tsdb.select(TenantId.DEFAULT, selection, check);
  }

  @Test
  void aBlockIsReadNoFurtherThanToTheEndOfThePageAtHand() {
    engine.tsdb.flush();
    try (SeriesCursor cursor = select(GAP, this::cancelledAfterAPage)) {
      assertThatThrownBy(() -> cursor.next(batch)).isInstanceOf(CancellationException.class);
    }
    assertThat(pagesDecoded()).isEqualTo(1);

    try (SeriesCursor cursor = select(GAP, ReadCheck.NONE)) {
      assertThat(cursor.next(batch)).isFalse();
    }
    assertThat(pagesDecoded()).as("who waits has all pages looked at").isEqualTo(1 + 5);
  }

  @Test
  void neitherAreItsParts() {
    engine.tsdb.flush();
    try (SeriesCursor cursor = select(GAP, this::cancelledAfterAPage)) {
      SeriesParts parts = cursor.parts(1).orElseThrow();
      assertThat(parts.count()).isEqualTo(5);
      SeriesParts.Reader reader = parts.newReader();
      reader.seek(3);
      assertThat(reader.next(batch)).isFalse();
      reader.seek(1);
      assertThatThrownBy(() -> reader.next(batch)).isInstanceOf(CancellationException.class);
    }
    assertThat(pagesDecoded()).isEqualTo(1);
  }

  @Test
  void norAreSamplesThatBucketsAreMadeOf() {
    engine.tsdb.flush();
    Selection buckets =
        new Selection(GAP.matchers(), GAP.startMillis(), GAP.endMillis(), MINUTE, Set.of());
    try (SeriesCursor cursor = select(buckets, this::cancelledAfterAPage)) {
      assertThatThrownBy(() -> cursor.next(batch)).isInstanceOf(CancellationException.class);
    }
    assertThat(pagesDecoded()).isEqualTo(1);
  }

  @Test
  void memoryIsAskedAsOftenAsABlockWouldBe() {
    AtomicInteger asked = new AtomicInteger();
    try (SeriesCursor cursor = select(GAP, asked::incrementAndGet)) {
      assertThat(cursor.next(batch)).isFalse();
    }
    assertThat(asked.get()).isEqualTo(4);
  }
}
