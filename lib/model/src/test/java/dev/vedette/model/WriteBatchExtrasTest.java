package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WriteBatchExtrasTest {
  private static final byte[] LABELS = LabelBytes.encode(Labels.of("__name__", "up"));
  private static final byte[] TRACE = LabelBytes.encode(Labels.of("trace_id", "4bf92f35"));

  @Test
  void startTimestampsBelongToTheirSamplesAlone() {
    WriteBatch batch = new WriteBatch();
    for (int round = 0; round < 2; round++) {
      begin(batch);
      batch.addSample(1, 10);
      assertThat(batch.hasStarts()).isFalse();
      batch.addSample(2, 20, 7);
      batch.addSample(3, 30);
      batch.addSample(4, 40, 0);
      batch.addSample(5, 50, 8);
      batch.addSample(6, 60);
      assertThat(batch.hasStarts()).isTrue();
      assertThat(batch.sampleCount()).isEqualTo(6);
      long[] starts = new long[6];
      for (int i = 0; i < starts.length; i++) {
        starts[i] = batch.start(i);
      }
      assertThat(starts).containsExactly(0, 7, 0, 0, 8, 0);
    }
    begin(batch);
    for (int i = 0; i < 1000; i++) {
      batch.addSample(i, i, i % 3);
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(batch.start(i)).isEqualTo(i % 3);
    }
  }

  @Test
  void histogramsAndExemplarsBelongToTheirSeries() {
    WriteBatch batch = new WriteBatch();
    for (int round = 0; round < 2; round++) {
      batch.reset(both());
      for (int series = 0; series < 300; series++) {
        batch.addSeries(0, LABELS.length);
        for (int i = 0; i < series % 3; i++) {
          batch.addHistogram(series, Histogram.STALE.withReset(CounterReset.of(i)), series + i);
          batch.addExemplar(LABELS.length, LABELS.length + TRACE.length, series, i);
        }
      }
      assertThat(batch.histogramCount()).isEqualTo(300);
      assertThat(batch.exemplarCount()).isEqualTo(300);
      assertThat(batch.sampleCount()).isZero();
      for (int series = 0; series < 300; series++) {
        assertSeries(batch, series);
      }
    }
    batch.reset(LABELS);
    assertThat(batch.histogramCount()).isZero();
    assertThat(batch.exemplarCount()).isZero();
  }

  private static void assertSeries(WriteBatch batch, int series) {
    int from = batch.histogramsFrom(series);
    assertThat(batch.histogramsTo(series) - from).isEqualTo(series % 3);
    assertThat(batch.exemplarsFrom(series)).isEqualTo(from);
    assertThat(batch.exemplarsTo(series)).isEqualTo(batch.histogramsTo(series));
    for (int i = from; i < batch.histogramsTo(series); i++) {
      assertThat(batch.histogramSeries(i)).isEqualTo(series);
      assertThat(batch.histogramTimestamp(i)).isEqualTo(series);
      assertThat(batch.histogramStart(i)).isEqualTo(series + i - from);
      assertThat(batch.histogram(i).reset().ordinal()).isEqualTo(i - from);
      assertThat(batch.exemplarSeries(i)).isEqualTo(series);
      assertThat(batch.exemplarTimestamp(i)).isEqualTo(series);
      assertThat(batch.exemplarValueBits(i)).isEqualTo(i - from);
      assertThat((Object) batch.exemplarLabels(i)).isEqualTo(Labels.of("trace_id", "4bf92f35"));
    }
  }

  private static void begin(WriteBatch batch) {
    batch.reset(LABELS);
    batch.addSeries(0, LABELS.length);
  }

  private static byte[] both() {
    byte[] both = new byte[LABELS.length + TRACE.length];
    System.arraycopy(LABELS, 0, both, 0, LABELS.length);
    System.arraycopy(TRACE, 0, both, LABELS.length, TRACE.length);
    return both;
  }
}
