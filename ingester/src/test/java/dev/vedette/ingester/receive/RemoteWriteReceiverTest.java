package dev.vedette.ingester.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SampleSink;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.model.WriteOutcome;
import dev.vedette.model.WriteOutcome.Refusal;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.testkit.RecordingSink;
import dev.vedette.testkit.RemoteWriteRequest;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;

@Timeout(30)
class RemoteWriteReceiverTest {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final byte[] TWO_SAMPLES =
      new RemoteWriteRequest()
          .series(Labels.of("__name__", "up"))
          .sample(1_000, 1)
          .sample(2_000, 1)
          .v1();

  private final PrometheusRegistry registry = new PrometheusRegistry();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "application/x-protobuf",
        "Application/X-Protobuf; charset=binary",
        "application/x-protobuf;proto=prometheus.WriteRequest",
        "application/x-protobuf; proto=\"prometheus.WriteRequest\""
      })
  void takesEveryWayToSayVersion1(String contentType) throws IOException {
    RemoteWriteReceiver receiver = receiver(new InMemorySeries());

    assertThat(send(receiver, contentType, "snappy", Snappy.compress(TWO_SAMPLES)).status())
        .isEqualTo(204);
    assertThat(send(receiver, contentType, "", Snappy.compress(TWO_SAMPLES)).status())
        .isEqualTo(204);
    assertThat(counter("received_samples", "remote-write-1")).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "text/plain",
        "application/x-protobuf;proto=io.prometheus.write.v3.Request"
      })
  void refusesOtherContentNamingWhatItTakes(String contentType) {
    Reply reply = send(receiver(new InMemorySeries()), contentType, "identity", TWO_SAMPLES);

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.text())
        .contains("application/x-protobuf;proto=prometheus.WriteRequest")
        .contains("application/x-protobuf;proto=io.prometheus.write.v2.Request");
  }

  @Test
  void version2IsToldWhatWasWrittenEvenWhereSomeWasRefused() throws IOException {
    Refusal refusal = new Refusal(ErrorId.SAMPLE_TOO_OLD, 1, "too old", false);
    RemoteWriteReceiver receiver =
        receiver((_, _) -> new WriteOutcome(3, 1, 2, 1, 5, List.of(refusal)));

    Reply reply =
        send(receiver, RemoteWriteRequest.V2_CONTENT_TYPE, "snappy", Snappy.compress(new byte[0]));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.headers())
        .containsOnly(
            entry("X-Prometheus-Remote-Write-Samples-Written", "4"),
            entry("X-Prometheus-Remote-Write-Histograms-Written", "3"),
            entry("X-Prometheus-Remote-Write-Exemplars-Written", "5"));
  }

  @Test
  void ofARequestThatIsNotReadVersion2IsToldThatNothingWasWritten() {
    Reply reply =
        send(
            receiver(new InMemorySeries()),
            RemoteWriteRequest.V2_CONTENT_TYPE,
            "snappy",
            new byte[] {9, 9, 9});

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.headers()).containsEntry("X-Prometheus-Remote-Write-Samples-Written", "0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "identity"})
  void version2GoesWithSnappyAndZstdOnly(String coding) {
    Reply reply =
        send(
            receiver(new InMemorySeries()),
            RemoteWriteRequest.V2_CONTENT_TYPE,
            coding,
            new byte[] {0});

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.text()).contains(coding).contains("send snappy (block format), zstd");
  }

  @Test
  void histogramsThatAreNoneAreRefusedOneByOneAndTheRestIsWritten() throws IOException {
    ProtoMessage bad = new ProtoMessage().varint(1, 99).fixed64(3, 1.5).varint(15, 1_000);
    byte[] request =
        new ProtoMessage()
            .raw(
                new RemoteWriteRequest()
                    .series(Labels.of("__name__", "good"))
                    .sample(1_000, 1)
                    .v1())
            .field(
                1,
                new ProtoMessage()
                    .raw(LabelBytes.encode(Labels.of("__name__", "bad")))
                    .field(4, bad)
                    .field(4, bad))
            .bytes();
    RecordingSink sink = new RecordingSink();

    Reply reply = send(receiver(sink), PROTOBUF, "snappy", Snappy.compress(request));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text())
        .contains("2 samples refused (invalid-histogram): series bad: ")
        .contains("99 in the count");
    assertThat(sink.samples()).hasSize(1);
    assertThat(sink.histograms()).isEmpty();
  }

  @Test
  void metadataOfVersion2IsSentOnOnceUnlessStorageDidNotTakeIt() throws IOException {
    byte[] request =
        Snappy.compress(
            RemoteWriteRequest.of(Labels.of("__name__", "sizes_bucket", "le", "1"), 1_000, 1)
                .metadata(new MetricMetadata("", MetricType.HISTOGRAM, "How large.", "bytes"))
                .v2());
    RecordingSink sink = new RecordingSink();
    AtomicBoolean full = new AtomicBoolean(true);
    RemoteWriteReceiver receiver =
        receiver(
            (tenant, batch) -> {
              if (full.get()) {
                throw new Unavailable(ErrorId.DISK_FULL, "the disk is full", "make room");
              }
              return sink.write(tenant, batch);
            });

    send(receiver, RemoteWriteRequest.V2_CONTENT_TYPE, "snappy", request);
    full.set(false);
    send(receiver, RemoteWriteRequest.V2_CONTENT_TYPE, "snappy", request);
    send(receiver, RemoteWriteRequest.V2_CONTENT_TYPE, "snappy", request);

    assertThat(sink.samples()).hasSize(2);
    assertThat(sink.metadata())
        .containsExactly(new MetricMetadata("sizes", MetricType.HISTOGRAM, "How large.", "bytes"));
  }

  @Test
  void refusesOtherCodingsNamingThoseItTakes() {
    Reply reply = send(receiver(new InMemorySeries()), PROTOBUF, "deflate", TWO_SAMPLES);

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.text())
        .contains("\"deflate\"")
        .contains("send snappy (block format), identity, gzip, zstd");
  }

  @Test
  void aPartialRefusalIs400AndSaysWhatWasRefused() {
    Refusal refusal =
        new Refusal(ErrorId.METRIC_SERIES_LIMIT, 7, "metric up has 100000 series, limit", false);
    RemoteWriteReceiver receiver = receiver((_, _) -> new WriteOutcome(3, 0, List.of(refusal)));

    Reply reply = send(receiver, PROTOBUF, "identity", TWO_SAMPLES);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.headers()).isEmpty();
    assertThat(reply.text())
        .isEqualTo("7 samples refused (metric-series-limit): metric up has 100000 series, limit\n");
    assertThat(counter("rejected_samples", "metric-series-limit")).isEqualTo(7);
  }

  @Test
  void aRetryableRefusalIs429EvenBesideAPermanentOne() {
    RemoteWriteReceiver receiver =
        receiver(
            (_, _) ->
                new WriteOutcome(
                    3,
                    0,
                    List.of(
                        new Refusal(ErrorId.LABEL_SIZE_LIMIT, 1, "too long", false),
                        new Refusal(ErrorId.SERIES_LIMIT, 1, "too many", true))));

    Reply reply = send(receiver, PROTOBUF, "identity", TWO_SAMPLES);

    assertThat(reply.status()).isEqualTo(429);
    assertThat(reply.headers()).containsEntry("Retry-After", "5");
    assertThat(reply.text()).contains("too long").contains("too many");
  }

  @Test
  void aRateLimitSaysWhenToComeBack() {
    RemoteWriteReceiver receiver =
        receiver(
            (_, _) -> {
              throw new LimitExceeded(
                  ErrorId.SAMPLE_RATE_LIMIT, "too fast", "slow down", Duration.ofMillis(2_100));
            });

    Reply reply = send(receiver, PROTOBUF, "identity", TWO_SAMPLES);

    assertThat(reply.status()).isEqualTo(429);
    assertThat(reply.headers()).containsEntry("Retry-After", "3");
    assertThat(counter("rejected_samples", "sample-rate-limit")).isEqualTo(2);
  }

  @Test
  void storageThatCannotWriteIs503WithRetryAfter() {
    RemoteWriteReceiver receiver =
        receiver(
            (_, _) -> {
              throw new Unavailable(ErrorId.DISK_FULL, "the disk is full", "make room");
            });

    Reply reply = send(receiver, PROTOBUF, "identity", TWO_SAMPLES);

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.headers()).containsEntry("Retry-After", "5");
    assertThat(reply.text()).isEqualTo("the disk is full; make room (disk-full)\n");
  }

  @Test
  void aBodyBeyondTheBoundIs413() throws IOException {
    byte[] large = new byte[RemoteWriteConfig.DEFAULT.maxBodyBytes() + 1];

    Reply reply = send(receiver(new InMemorySeries()), PROTOBUF, "snappy", Snappy.compress(large));

    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.text()).contains("33554432 bytes").contains("(body-too-large)");
  }

  @Test
  void requestsBeyondTheBytesInFlightAreAskedToComeBack() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    SampleSink slow =
        (_, batch) -> {
          entered.countDown();
          await(leave);
          return new WriteOutcome(batch.sampleCount(), 0, List.of());
        };
    RemoteWriteConfig config =
        new RemoteWriteConfig(1 << 20, 1_000, 30_000, 4, Duration.ofSeconds(5));
    RemoteWriteReceiver receiver =
        new RemoteWriteReceiver(config, slow, System::nanoTime, registry);
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Reply> first = pool.submit(() -> send(receiver, PROTOBUF, "identity", TWO_SAMPLES));
      entered.await();

      Reply second = send(receiver, PROTOBUF, "identity", TWO_SAMPLES);

      assertThat(second.status()).isEqualTo(503);
      assertThat(second.headers()).containsKey("Retry-After");
      assertThat(second.text()).contains("the bound is 30000");
      assertThat(inFlightBytes()).isPositive();
      leave.countDown();
      assertThat(first.get().status()).isEqualTo(204);
      assertThat(inFlightBytes()).isZero();
    }
  }

  @Test
  void malformedRequestsLeaveNothingInFlight() {
    RemoteWriteReceiver receiver = receiver(new InMemorySeries());

    assertThat(send(receiver, PROTOBUF, "snappy", new byte[] {9, 9, 9}).status()).isEqualTo(400);
    assertThat(send(receiver, PROTOBUF, "identity", new byte[] {9, 9, 9}).status()).isEqualTo(400);
    assertThat(inFlightBytes()).isZero();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private RemoteWriteReceiver receiver(SampleSink sink) {
    return new RemoteWriteReceiver(RemoteWriteConfig.DEFAULT, sink, System::nanoTime, registry);
  }

  private static Reply send(
      RemoteWriteReceiver receiver, String contentType, String encoding, byte[] body) {
    return receiver.receive(() -> TenantId.DEFAULT, contentType, encoding, body, 0, body.length);
  }

  private double counter(String name, String label) {
    CounterSnapshot snapshot = (CounterSnapshot) metric("vedette_ingester_" + name);
    return snapshot.getDataPoints().stream()
        .filter(point -> point.getLabels().stream().anyMatch(l -> l.getValue().equals(label)))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  private double inFlightBytes() {
    GaugeSnapshot snapshot = (GaugeSnapshot) metric("vedette_ingester_in_flight_bytes");
    return snapshot.getDataPoints().getFirst().getValue();
  }

  private MetricSnapshot metric(String name) {
    return registry.scrape(name::equals).stream().findFirst().orElseThrow();
  }
}
