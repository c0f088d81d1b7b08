package dev.vedette.wire.remotewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.TenantId;
import dev.vedette.model.Utf8;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.testkit.RecordingSink;
import dev.vedette.testkit.RecordingSink.Exemplar;
import dev.vedette.testkit.RecordingSink.HistogramSample;
import dev.vedette.testkit.RemoteWriteRequest;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What 1.0 and 2.0 have in common, and what holds of any bytes. */
class BothVersionsTest {
  private static final Labels LATENCY = Labels.of("__name__", "latency", "job", "api");
  private static final HistogramLayout LAYOUT =
      HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 2, 3, 1), BucketSpans.of(1, 1));
  private static final Histogram INTEGERS =
      Histogram.ofIntegers(
          LAYOUT, CounterReset.NO, 16, 1, 2.5, new long[] {5, 3, 7}, new long[] {0});
  private static final Histogram FLOATS =
      Histogram.ofFloats(
          LAYOUT, CounterReset.GAUGE, 1.5, 0.25, -3, new double[] {0.5, 0, 7}, new double[] {2});
  private static final Histogram CUSTOM =
      Histogram.ofIntegers(
          HistogramLayout.custom(BucketSpans.of(0, 3), 0.1, 2.5),
          CounterReset.UNKNOWN,
          6,
          0,
          9,
          new long[] {1, 2, 3},
          new long[0]);

  private final RecordingSink sink = new RecordingSink();

  /** A version, and how a request is encoded and decoded in it. */
  enum Version {
    V1(RemoteWriteRequest::v1, new RemoteWrite1Decoder(100_000)),
    V2(RemoteWriteRequest::v2, new RemoteWrite2Decoder(100_000));

    final Function<RemoteWriteRequest, byte[]> encoder;
    final RemoteWriteDecoder decoder;

    Version(Function<RemoteWriteRequest, byte[]> encoder, RemoteWriteDecoder decoder) {
      this.encoder = encoder;
      this.decoder = decoder;
    }
  }

  @ParameterizedTest
  @EnumSource
  void histogramsOfEveryKindArriveAsSent(Version version) {
    RemoteWriteRequest request = new RemoteWriteRequest().series(LATENCY);
    List<Histogram> sent = List.of(INTEGERS, FLOATS, CUSTOM, Histogram.STALE);
    for (int i = 0; i < sent.size(); i++) {
      request.histogram(1_000 + i, sent.get(i));
    }

    write(version, version.encoder.apply(request));

    assertThat(sink.histograms()).map(HistogramSample::histogram).isEqualTo(sent);
    assertThat(sink.histograms())
        .map(HistogramSample::timestampMillis)
        .containsExactly(1_000L, 1_001L, 1_002L, 1_003L);
    assertThat(sink.histograms()).allMatch(one -> one.labels().equals(LATENCY));
  }

  @ParameterizedTest
  @EnumSource
  void exemplarsBelongToTheirSeriesAndMayGoWithoutLabels(Version version) {
    Labels trace = Labels.of("trace_id", "abc", "span_id", "9");
    RemoteWriteRequest request =
        new RemoteWriteRequest()
            .series(Labels.of("__name__", "other"))
            .sample(1, 1)
            .series(LATENCY)
            .sample(1_000, 1)
            .exemplar(trace, 999, 0.25)
            .exemplar(Labels.EMPTY, 998, 0.5);

    write(version, version.encoder.apply(request));

    assertThat(sink.exemplars())
        .containsExactly(
            new Exemplar(LATENCY, trace, 999, 0.25), new Exemplar(LATENCY, Labels.EMPTY, 998, 0.5));
  }

  @Test
  void startTimestampsOfHistogramsArriveByVersion2() {
    write(
        Version.V2, new RemoteWriteRequest().series(LATENCY).histogram(1_000, 400, INTEGERS).v2());

    assertThat(sink.histograms())
        .containsExactly(new HistogramSample(LATENCY, 1_000, 400, INTEGERS));
  }

  @ParameterizedTest
  @EnumSource
  void aHistogramWhoseCountsDoNotAddUpIsARefusalThatNamesTheSeries(Version version) {
    ProtoMessage bad = new ProtoMessage().varint(1, 99).fixed64(3, 1.5).varint(15, 1_000);
    byte[] request =
        version == Version.V1
            ? new ProtoMessage()
                .field(1, new ProtoMessage().raw(LabelBytes.encode(LATENCY)).field(4, bad))
                .bytes()
            : new ProtoMessage()
                .field(4, new byte[0])
                .field(4, Utf8.encode("__name__"))
                .field(4, Utf8.encode("latency"))
                .field(5, new ProtoMessage().field(1, new byte[] {1, 2}).field(3, bad))
                .bytes();

    write(version, request);

    assertThat(sink.histograms()).isEmpty();
    assertThat(version.decoder.refusals())
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.id()).isEqualTo(ErrorId.INVALID_HISTOGRAM);
              assertThat(refusal.samples()).isEqualTo(1);
              assertThat(refusal.message()).contains("latency").contains("99 in the count");
            });
    write(version, version.encoder.apply(RemoteWriteRequest.of(LATENCY, 1, 1)));
    assertThat(version.decoder.refusals()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void lengthsThatLieAskForNoMemory(Version version) {
    // A span of 2^31 - 1 buckets, and of counts none.
    ProtoMessage lying =
        new ProtoMessage()
            .varint(1, 0)
            .field(11, new ProtoMessage().zigzag(1, 0).varint(2, Integer.MAX_VALUE))
            .varint(15, 1_000);
    int histograms = version == Version.V1 ? 4 : 3;
    byte[] request =
        new ProtoMessage()
            .field(version == Version.V1 ? 1 : 5, new ProtoMessage().field(histograms, lying))
            .bytes();

    write(version, request);

    assertThat(version.decoder.refusals()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void changedAndCutRequestsAreRefusedOrReadNeverAnythingElse(Version version) {
    long seed = Long.getLong("seed", 1);
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    RemoteWriteRequest request =
        new RemoteWriteRequest()
            .series(LATENCY)
            .sample(1_000, 500, 1)
            .histogram(1_000, 500, INTEGERS)
            .histogram(1_001, FLOATS)
            .histogram(1_002, CUSTOM)
            .exemplar(Labels.of("trace_id", "abc"), 999, 0.25)
            .metadata(new MetricMetadata("latency", MetricType.HISTOGRAM, "Text.", "s"));
    byte[] valid = version.encoder.apply(request);
    int read = 0;
    for (int i = 0; i < 30_000; i++) {
      int length = random.nextInt(4) > 0 ? valid.length : random.nextInt(valid.length + 1);
      byte[] changed = Arrays.copyOf(valid, length);
      for (int n = random.nextInt(6); n > 0 && length > 0; n--) {
        changed[random.nextInt(length)] = (byte) random.nextInt();
      }
      try {
        write(version, changed);
        read++;
      } catch (InvalidRequest e) {
        assertThat(e.id()).isEqualTo(ErrorId.INVALID_REQUEST);
        assertThat(e).hasMessageMatching("(Write)?(Request|TimeSeries)[._a-z]*.*|a text of .*");
      }
      sink.clear();
    }
    assertThat(read).isPositive();
  }

  private void write(Version version, byte[] request) {
    WriteBatch batch = new WriteBatch();
    version.decoder.decode(request, request.length, batch);
    // Reads all labels, of exemplars too; invalid ones are refused there.
    sink.write(TenantId.DEFAULT, batch);
  }
}
