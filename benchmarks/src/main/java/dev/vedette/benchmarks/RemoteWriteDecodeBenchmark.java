package dev.vedette.benchmarks;

import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.RemoteWriteRequest;
import dev.vedette.wire.body.BodyBuffer;
import dev.vedette.wire.body.ContentCoding;
import dev.vedette.wire.remotewrite.RemoteWrite1Decoder;
import dev.vedette.wire.remotewrite.RemoteWrite2Decoder;
import dev.vedette.wire.remotewrite.RemoteWriteDecoder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.xerial.snappy.Snappy;

/**
 * Cost of a remote write sample before storage, by step: a request of 2,000 series, about 200 label
 * bytes each, one sample a series, as node_exporter's come from a Prometheus.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class RemoteWriteDecodeBenchmark {
  private static final int SAMPLES = 2_000;

  /** The protocol's version. */
  @Param({"1", "2"})
  public int version;

  private final BodyBuffer body = new BodyBuffer(32 << 20);
  private final WriteBatch batch = new WriteBatch();
  private RemoteWriteDecoder decoder = new RemoteWrite1Decoder(1_000_000);
  private byte[] request = new byte[0];
  private byte[] compressed = new byte[0];

  /** Builds the request. */
  @Setup
  public void setUp() throws IOException {
    RemoteWriteRequest all = new RemoteWriteRequest();
    for (int i = 0; i < SAMPLES; i++) {
      all.series(labels(i)).sample(1_700_000_000_000L, i * 0.5);
      if (version == 2) {
        // A Prometheus sends it with every series; in 1.0 it comes apart, once a minute.
        all.metadata(new MetricMetadata("", MetricType.COUNTER, "Bytes received.", ""));
      }
    }
    if (version == 2) {
      decoder = new RemoteWrite2Decoder(1_000_000);
    }
    request = version == 1 ? all.v1() : all.v2();
    compressed = Snappy.compress(request);
    System.out.printf(
        "version %d: %d bytes, %d compressed%n", version, request.length, compressed.length);
  }

  private static Labels labels(int i) {
    return Labels.of(
        "__name__", "node_network_receive_bytes_total",
        "cluster", "production-eu-central-1",
        "device", "veth" + Integer.toHexString(i * 7919),
        "instance", "10.4." + i % 250 + ".17:9100",
        "job", "node-exporter",
        "namespace", "monitoring",
        "node", "ip-10-4-" + i % 250 + "-17.eu-central-1.compute.internal");
  }

  /** Decompression alone. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public int snappy() {
    body.decompress(ContentCoding.SNAPPY, compressed, 0, compressed.length);
    return body.length();
  }

  /** Decoding and hashing alone. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public long decode() {
    decoder.decode(request, request.length, batch);
    return batch.hash(SAMPLES - 1);
  }

  /** From the body as it arrives to the batch as storage takes it. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public long snappyAndDecode() {
    body.decompress(ContentCoding.SNAPPY, compressed, 0, compressed.length);
    decoder.decode(body.bytes(), body.length(), batch);
    return batch.hash(SAMPLES - 1);
  }
}
