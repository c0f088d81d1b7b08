package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.HistogramSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept of histograms while a log is read. */
class RecordDecoderTest {
  private static final long TIME = 1_700_000_000_000L;

  private final WalRecords records = new WalRecords();
  private final Collected found = new Collected();

  @Test
  void equalLayoutsAreOneObject() throws Exception {
    RecordDecoder decoder = new RecordDecoder();
    for (int ref = 0; ref < 100; ref++) {
      records.histogram(ref, TIME, histogram(ref % 2, ref), 0);
    }
    histograms(decoder);
    for (int ref = 0; ref < 100; ref++) {
      Histogram read = found.extras.get(ref).histogram();
      assertThat(read).isEqualTo(histogram(ref % 2, ref));
      assertThat(read.layout()).isSameAs(found.extras.get(ref % 2).histogram().layout());
    }
  }

  @Test
  void ofManyLayoutsThoseAreKnownThatCameLast() {
    LayoutPool pool = new LayoutPool();
    HistogramLayout first = pool.shared(histogram(0, 1)).layout();
    HistogramLayout second = pool.shared(histogram(1, 1)).layout();
    for (int i = 2; i <= LayoutPool.MAX_LAYOUTS; i++) {
      pool.shared(histogram(i, 1));
      assertThat(pool.shared(histogram(0, 1)).layout()).isSameAs(first);
    }
    assertThat(pool.shared(histogram(1, 1)).layout()).isEqualTo(second).isNotSameAs(second);
  }

  @Test
  void nothingIsKeptOfSeriesThatAreNotAlive() throws Exception {
    RecordDecoder decoder = new RecordDecoder(ref -> ref != 1);
    for (int ref = 0; ref < 3; ref++) {
      records.histogram(ref, TIME, histogram(0, ref), 0);
    }
    for (int ref = 0; ref < 3; ref++) {
      records.histogram(
          ref,
          new HistogramSample(TIME + 5, histogram(0, ref + 9), 0),
          new HistogramSample(TIME, histogram(0, ref), 0));
    }
    histograms(decoder);
    List<String> bases = new ArrayList<>();
    decoder.forEachBase(
        (ref, millis, histogram) -> {
          assertThat(histogram).isEqualTo(histogram(0, ref + 9));
          bases.add(ref + " " + (millis - TIME));
        });
    assertThat(bases).containsExactlyInAnyOrder("0 5", "2 5");
    assertThat(found.extras.stream().map(Collected.Extra::ref)).containsExactly(0, 1, 2, 0, 2);
    assertThat(found.lost).isEmpty();
    long columns = histogram(0, 0).layout().columns();
    assertThat(decoder.baseBytes()).isEqualTo(2 * (170 + 8 * columns));
  }

  private void histograms(RecordDecoder decoder) throws IOException, BodyReader.Malformed {
    byte[] bytes = records.bytes();
    for (int at = 0; at < records.sizeBytes(); ) {
      int end = at + WalFormat.FRAME_BYTES + (int) WalFormat.INT.get(bytes, at);
      decoder.histograms(bytes, at + WalFormat.FRAME_BYTES + 1, end, found);
      at = end;
    }
  }

  private static Histogram histogram(int offset, long count) {
    BucketSpans buckets = BucketSpans.of(offset, 2);
    return Histogram.ofIntegers(
        HistogramLayout.of(3, 0x1p-128, buckets, BucketSpans.NONE),
        CounterReset.NO,
        count + 3,
        1,
        count * 0.5,
        new long[] {count, 2},
        new long[0]);
  }
}
