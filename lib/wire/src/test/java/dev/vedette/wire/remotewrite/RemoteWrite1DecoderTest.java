package dev.vedette.wire.remotewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.Allocation;
import dev.vedette.testkit.ProtoMessage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RemoteWrite1DecoderTest {
  private static final Labels UP = Labels.of("__name__", "up", "job", "api");

  private final RemoteWrite1Decoder decoder = new RemoteWrite1Decoder(10_000);
  private final WriteBatch batch = new WriteBatch();

  @Test
  void labelsStayInTheRequestsBytesAndSamplesGoToColumns() {
    byte[] labels = LabelBytes.encode(UP);
    byte[] request =
        new ProtoMessage()
            .field(
                1,
                new ProtoMessage()
                    .raw(labels)
                    .field(2, sample(1_000, 1))
                    .field(2, sample(2_000, 0)))
            .bytes();

    decode(request);

    assertThat(batch.bytes()).isSameAs(request);
    assertThat(batch.seriesCount()).isEqualTo(1);
    assertThat((Object) batch.labels(0)).isEqualTo(UP);
    assertThat(batch.hash(0)).isEqualTo(LabelBytes.hash(labels, 0, labels.length));
    assertThat(batch.sampleCount()).isEqualTo(2);
    assertThat(Arrays.copyOf(batch.timestamps(), 2)).containsExactly(1_000, 2_000);
    assertThat(Arrays.copyOf(batch.valueBits(), 2))
        .containsExactly(Double.doubleToRawLongBits(1), Double.doubleToRawLongBits(0));
  }

  @Test
  void scatteredLabelsAreBroughtTogetherWithTheHashOfTheOrderlyOnes() {
    byte[] labels = LabelBytes.encode(UP);
    int firstEnd = 2 + labels[1];
    byte[] request =
        new ProtoMessage()
            .field(
                1,
                new ProtoMessage()
                    .raw(Arrays.copyOf(labels, firstEnd))
                    .field(2, sample(1_000, 1))
                    .raw(Arrays.copyOfRange(labels, firstEnd, labels.length))
                    .field(2, sample(2_000, 2)))
            .field(1, new ProtoMessage().raw(labels).field(2, sample(3_000, 3)))
            .bytes();

    decode(request);

    assertThat(batch.seriesCount()).isEqualTo(2);
    assertThat((Object) batch.labels(0)).isEqualTo(UP);
    assertThat(batch.hash(0)).isEqualTo(batch.hash(1));
    assertThat(batch.samplesTo(0) - batch.samplesFrom(0)).isEqualTo(2);
    assertThat(Arrays.copyOf(request, request.length)).isEqualTo(request);
  }

  @Test
  void nanPayloadsAndOmittedFieldsAreKeptAsSent() {
    byte[] stale = new ProtoMessage().fixed64(1, SpecialValues.STALE_BITS).varint(2, 1_000).bytes();
    byte[] request =
        new ProtoMessage()
            .field(
                1,
                new ProtoMessage()
                    .raw(LabelBytes.encode(UP))
                    .field(2, stale)
                    .field(2, new ProtoMessage().varint(2, -5).bytes())
                    .field(2, new byte[0]))
            .bytes();

    decode(request);

    assertThat(Arrays.copyOf(batch.valueBits(), 3)).containsExactly(SpecialValues.STALE_BITS, 0, 0);
    assertThat(Arrays.copyOf(batch.timestamps(), 3)).containsExactly(1_000, -5, 0);
  }

  @Test
  void unknownFieldsAreSkippedAndSeriesWithNothingInThemLeftOut() {
    byte[] request =
        new ProtoMessage()
            .field(
                1,
                new ProtoMessage()
                    .raw(LabelBytes.encode(UP))
                    .varint(77, 5)
                    .fixed64(78, 5)
                    .field(2, sample(1_000, 1)))
            .field(1, new ProtoMessage().raw(LabelBytes.encode(UP)).field(44, new byte[3]))
            .field(9, new byte[3])
            .bytes();

    decode(request);

    assertThat(batch.seriesCount()).isEqualTo(1);
    assertThat(batch.sampleCount()).isEqualTo(1);
  }

  @Test
  void metadataBecomesFamilies() {
    byte[] request =
        new ProtoMessage()
            .field(
                3,
                new ProtoMessage()
                    .varint(1, 4)
                    .field(2, "sizes".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .field(4, "How large.".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .field(5, "bytes".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
            .field(
                3,
                new ProtoMessage()
                    .varint(1, 99)
                    .field(2, "odd".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
            .field(3, new ProtoMessage().varint(1, 1))
            .bytes();

    decode(request);

    assertThat(batch.metadata())
        .containsExactly(
            new MetricMetadata("sizes", MetricType.GAUGEHISTOGRAM, "How large.", "bytes"),
            new MetricMetadata("odd", MetricType.UNKNOWN, "", ""));
  }

  @Test
  void aRequestWithTooManySamplesIsRefusedBeforeTheyAreKept() {
    ProtoMessage series = new ProtoMessage().raw(LabelBytes.encode(UP));
    for (int i = 0; i < 10_001; i++) {
      series.field(2, sample(i, i));
    }
    byte[] request = new ProtoMessage().field(1, series).bytes();

    assertThatThrownBy(() -> decode(request))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.BODY_TOO_LARGE))
        .hasMessageContaining("more than 10000 samples");
    assertThat(batch.sampleCount()).isEqualTo(10_000);
  }

  @Test
  void cutRequestsAreRefusedWithTheOffset() {
    byte[] request =
        new ProtoMessage()
            .field(1, new ProtoMessage().raw(LabelBytes.encode(UP)).field(2, sample(1_000, 1)))
            .bytes();

    assertThatThrownBy(() -> decoder.decode(request, request.length - 1, batch))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("expected a field that ends within its message at byte 2");
  }

  @Test
  void decodingAllocatesNothingPerSample() {
    ProtoMessage write = new ProtoMessage();
    for (int i = 0; i < 5_000; i++) {
      write.field(
          1,
          new ProtoMessage()
              .raw(LabelBytes.encode(Labels.of("__name__", "up", "instance", "host-" + i)))
              .field(2, sample(1_700_000_000_000L, i)));
    }
    byte[] request = write.bytes();
    for (int i = 0; i < 50; i++) {
      decode(request);
    }
    long allocated =
        Allocation.bytesOf(
            () -> {
              for (int i = 0; i < 10; i++) {
                decode(request);
              }
            });

    assertThat(batch.sampleCount()).isEqualTo(5_000);
    // 50,000 samples; the measurement itself costs a few hundred bytes.
    assertThat(allocated).isLessThan(5_000);
  }

  private void decode(byte[] request) {
    decoder.decode(request, request.length, batch);
  }

  private static byte[] sample(long timestampMillis, double value) {
    return new ProtoMessage()
        .fixed64(1, Double.doubleToRawLongBits(value))
        .varint(2, timestampMillis)
        .bytes();
  }
}
