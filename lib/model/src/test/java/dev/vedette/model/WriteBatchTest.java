package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class WriteBatchTest {
  @Test
  void seriesKnowTheirLabelsAndSamplesHoweverManyThereAre() {
    WriteBatch batch = new WriteBatch();
    for (int count : new int[] {3, 1000, 0, 257}) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      int[] ends = new int[count + 1];
      for (int i = 0; i < count; i++) {
        bytes.writeBytes(LabelBytes.encode(labels(i)));
        ends[i + 1] = bytes.size();
      }
      batch.reset(bytes.toByteArray());
      for (int i = 0; i < count; i++) {
        batch.addSeries(ends[i], ends[i + 1]);
        for (int sample = 0; sample < i % 4; sample++) {
          batch.addSample(i, sample);
        }
      }
      assertFilled(batch, count);
    }
  }

  private static void assertFilled(WriteBatch batch, int count) {
    assertThat(batch.seriesCount()).isEqualTo(count);
    int samples = 0;
    for (int i = 0; i < count; i++) {
      assertThat((Object) batch.labels(i)).isEqualTo(labels(i));
      byte[] alone = LabelBytes.encode(labels(i));
      assertThat(batch.hash(i)).isEqualTo(LabelBytes.hash(alone, 0, alone.length));
      assertThat(batch.check(i)).isEqualTo(LabelBytes.check(alone, 0, alone.length));
      assertThat(batch.samplesFrom(i)).isEqualTo(samples);
      assertThat(batch.samplesTo(i)).isEqualTo(samples + i % 4);
      for (int sample = 0; sample < i % 4; sample++) {
        assertThat(batch.timestamps()[samples + sample]).isEqualTo(i);
        assertThat(batch.valueBits()[samples + sample]).isEqualTo(sample);
      }
      samples += i % 4;
    }
    assertThat(batch.sampleCount()).isEqualTo(samples);
    assertThat(batch.metadata()).isEmpty();
  }

  private static Labels labels(int i) {
    return Labels.of("__name__", "m" + i, "job", "api");
  }
}
