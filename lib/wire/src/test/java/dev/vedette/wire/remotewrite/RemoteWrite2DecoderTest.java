package dev.vedette.wire.remotewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.Utf8;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.Allocation;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.testkit.RemoteWriteRequest;
import org.junit.jupiter.api.Test;

class RemoteWrite2DecoderTest {
  private static final Labels UP = Labels.of("__name__", "up", "job", "api");
  private static final Labels DOWN = Labels.of("__name__", "down", "job", "api");

  private final RemoteWrite2Decoder decoder = new RemoteWrite2Decoder(10_000);
  private final WriteBatch batch = new WriteBatch();

  @Test
  void samplesGoToColumnsWithTheirStartTimestamps() {
    decode(
        new RemoteWriteRequest()
            .series(UP)
            .sample(1_000, 1)
            .sample(2_000, 500, SpecialValues.STALE_BITS)
            .series(DOWN)
            .sample(3_000, 3)
            .v2());

    assertThat(batch.seriesCount()).isEqualTo(2);
    assertThat((Object) batch.labels(0)).isEqualTo(UP);
    assertThat((Object) batch.labels(1)).isEqualTo(DOWN);
    assertThat(batch.samplesTo(0)).isEqualTo(2);
    assertThat(batch.timestamps()).startsWith(1_000, 2_000, 3_000);
    assertThat(batch.valueBits()[1]).isEqualTo(SpecialValues.STALE_BITS);
    assertThat(batch.start(0)).isZero();
    assertThat(batch.start(1)).isEqualTo(500);
    assertThat(batch.start(2)).isZero();
  }

  @Test
  void typeAndUnitOfTheMetadataBecomeLabelsWhereThatIsAskedFor() {
    MetricMetadata bytes = new MetricMetadata("a", MetricType.COUNTER, "help", "bytes");
    Labels sent = Labels.of("Z", "1", "__name__", "a", "__unit__", "none", "job", "api");
    RemoteWriteRequest request =
        new RemoteWriteRequest()
            .series(sent)
            .sample(1_000, 1)
            .metadata(bytes)
            .series(Labels.of("__name__", "b", "__type__", "gauge"))
            .sample(1_000, 2)
            .series(UP)
            .sample(1_000, 3)
            .metadata(new MetricMetadata("up", MetricType.GAUGE, "", ""));
    decoder.typeLabels(true);

    decode(request.v2());

    Labels typed =
        Labels.of(
            "Z", "1", "__name__", "a", "__type__", "counter", "__unit__", "bytes", "job", "api");
    assertThat((Object) batch.labels(0)).isEqualTo(typed);
    assertThat((Object) batch.labels(1)).isEqualTo(Labels.of("__name__", "b", "__type__", "gauge"));
    assertThat((Object) batch.labels(2))
        .isEqualTo(Labels.of("__name__", "up", "__type__", "gauge", "job", "api"));
    assertThat(batch.timestamps()).startsWith(1_000, 1_000, 1_000);
    long hash = batch.hash(0);
    int check = batch.check(0);

    decoder.typeLabels(false);
    decode(request.v2());

    assertThat((Object) batch.labels(0)).isEqualTo(sent);
    // As if it had been sent so.
    decode(RemoteWriteRequest.of(typed, 1_000, 1).v2());
    assertThat(batch.hash(0)).isEqualTo(hash);
    assertThat(batch.check(0)).isEqualTo(check);
  }

  @Test
  void theHashOfASeriesIsTheSameWhereverItsStringsStand() {
    decode(RemoteWriteRequest.of(UP, 1_000, 1).v2());
    long hash = batch.hash(0);
    int check = batch.check(0);

    decode(
        new RemoteWriteRequest()
            .series(Labels.of("__name__", "first", "api", "job"))
            .sample(1_000, 1)
            .series(UP)
            .sample(1_000, 1)
            .v2());

    assertThat(batch.hash(1)).isEqualTo(hash).isNotEqualTo(batch.hash(0));
    assertThat(batch.check(1)).isEqualTo(check).isNotEqualTo(batch.check(0));
  }

  @Test
  void namesAndValuesThatChangePlacesAreAnotherSeries() {
    decode(
        new RemoteWriteRequest()
            .series(Labels.of("__name__", "a", "b", "c"))
            .sample(1, 1)
            .series(Labels.of("__name__", "a", "c", "b"))
            .sample(1, 1)
            .series(Labels.of("__name__", "b", "a", "c"))
            .sample(1, 1)
            .v2());

    assertThat(batch.hash(0)).isNotEqualTo(batch.hash(1)).isNotEqualTo(batch.hash(2));
    assertThat(batch.hash(1)).isNotEqualTo(batch.hash(2));
  }

  @Test
  void fieldsMayStandInAnyOrderAndRefsInPieces() {
    byte[] request =
        new ProtoMessage()
            .field(
                5,
                new ProtoMessage()
                    .varint(1, 1)
                    .field(2, new ProtoMessage().varint(2, 1_000).fixed64(1, 1.0))
                    .field(1, new ProtoMessage().number(2).number(3))
                    .varint(1, 4))
            .field(4, new byte[0])
            .field(4, Utf8.encode("__name__"))
            .field(4, Utf8.encode("up"))
            .field(4, Utf8.encode("job"))
            .field(4, Utf8.encode("api"))
            .bytes();

    decode(request);

    assertThat((Object) batch.labels(0)).isEqualTo(UP);
    long scattered = batch.hash(0);
    decode(RemoteWriteRequest.of(UP, 1_000, 1).v2());
    assertThat(batch.hash(0)).isEqualTo(scattered);
  }

  @Test
  void theCreatedTimestampOfEarlierDraftsHoldsForAllSamplesOfTheSeries() {
    ProtoMessage request = new ProtoMessage();
    for (String symbol : new String[] {"", "__name__", "up"}) {
      request.field(4, Utf8.encode(symbol));
    }
    request.field(
        5,
        new ProtoMessage()
            .field(1, new byte[] {1, 2})
            .field(2, new ProtoMessage().varint(2, 1_000))
            .field(2, new ProtoMessage().varint(2, 2_000).varint(3, 900))
            .varint(6, 700));

    decode(request.bytes());

    assertThat(batch.start(0)).isEqualTo(700);
    assertThat(batch.start(1)).isEqualTo(900);
  }

  @Test
  void metadataIsGivenOutOnceAndAgainAfterItWasForgotten() {
    byte[] request =
        new RemoteWriteRequest()
            .series(Labels.of("__name__", "t_count"))
            .sample(1, 1)
            .metadata(new MetricMetadata("", MetricType.SUMMARY, "How long.", "seconds"))
            .series(Labels.of("__name__", "t_sum"))
            .sample(1, 1)
            .metadata(new MetricMetadata("", MetricType.SUMMARY, "How long.", "seconds"))
            .series(Labels.of("__name__", "gauge"))
            .sample(1, 1)
            .metadata(new MetricMetadata("", MetricType.GAUGE, "", ""))
            .v2();

    decode(request);
    assertThat(batch.metadata())
        .contains(
            new MetricMetadata("t", MetricType.SUMMARY, "How long.", "seconds"),
            new MetricMetadata("gauge", MetricType.GAUGE, "", ""));
    decode(request);
    assertThat(batch.metadata()).isEmpty();
    decoder.forgetMetadata();
    decode(request);
    assertThat(batch.metadata()).isNotEmpty();
  }

  @Test
  void labelsThatNoSeriesMayHaveAreFoundWhenTheyAreRead() {
    decode(new RemoteWriteRequest().series(Labels.of("job", "api")).sample(1_000, 1).v2());

    assertThatThrownBy(() -> batch.labels(0))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.INVALID_LABELS))
        .hasMessageContaining("no metric name");
  }

  @Test
  void refsToNoSymbolAndNamesWithoutValuesAreErrorsThatNameTheField() {
    byte[] absent =
        new ProtoMessage()
            .field(4, new byte[0])
            .field(5, new ProtoMessage().field(1, new byte[] {0, 7}))
            .bytes();
    byte[] odd =
        new ProtoMessage()
            .field(4, new byte[0])
            .field(5, new ProtoMessage().field(1, new byte[] {0}))
            .bytes();

    assertThatThrownBy(() -> decode(absent))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("TimeSeries.labels_refs")
        .hasMessageContaining("one of 1 symbols, found 7");
    assertThatThrownBy(() -> decode(odd))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("a value's symbol for each name's");
  }

  @Test
  void aRequestWithTooManySamplesIsRefused() {
    RemoteWriteRequest request = new RemoteWriteRequest().series(UP);
    for (int i = 0; i < 10_001; i++) {
      request.sample(i, i);
    }

    assertThatThrownBy(() -> decode(request.v2()))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.BODY_TOO_LARGE));
  }

  @Test
  void decodingAllocatesNothingPerSample() {
    RemoteWriteRequest write = new RemoteWriteRequest();
    for (int i = 0; i < 5_000; i++) {
      write
          .series(Labels.of("__name__", "up" + i % 50, "instance", "host-" + i))
          .sample(1_700_000_000_000L, 1_600_000_000_000L, i)
          .metadata(new MetricMetadata("", MetricType.COUNTER, "Text.", "s"));
    }
    byte[] request = write.v2();
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
}
