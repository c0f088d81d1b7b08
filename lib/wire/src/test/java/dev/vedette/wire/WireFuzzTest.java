package dev.vedette.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.Fuzz;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.testkit.RecordingSink;
import dev.vedette.testkit.RemoteWriteRequest;
import dev.vedette.wire.body.BodyBuffer;
import dev.vedette.wire.body.ContentCoding;
import dev.vedette.wire.exposition.ExpositionFormat;
import dev.vedette.wire.exposition.ExpositionParser;
import dev.vedette.wire.exposition.ExpositionParser.Entry;
import dev.vedette.wire.remoteread.ReadRequest;
import dev.vedette.wire.remotewrite.RemoteWrite1Decoder;
import dev.vedette.wire.remotewrite.RemoteWrite2Decoder;
import dev.vedette.wire.remotewrite.RemoteWriteDecoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

/** Whatever senders send is read or refused. */
class WireFuzzTest {
  private static final int MUTATIONS = 4_000;
  private static final int MOST_BYTES = 1 << 20;
  private static final String PAGE =
      """
      # HELP http_seconds "Time" of\\nrequests
      # TYPE http_seconds histogram
      # UNIT http_seconds seconds
      http_seconds_bucket{le="0.1",path="/a\\\\b\\"c"} 7 1700000000.123 # {trace_id="abc"} 0.05 1700000000
      http_seconds_bucket{le="+Inf"} 9
      http_seconds_sum 1.5e-3
      http_seconds_count 9
      http_seconds_created 1700000000
      {"with.dots", "a b"="c"} NaN
      # TYPE up gauge
      up{} -Inf 1700000000000
      # EOF
      """;

  private static RemoteWriteRequest request() {
    HistogramLayout layout =
        HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 3, 5, 1), BucketSpans.of(0, 2));
    Histogram histogram =
        Histogram.ofIntegers(
            layout, CounterReset.NO, 21, 1, 1.5, new long[] {1, 2, 3, 4}, new long[] {5, 5});
    return RemoteWriteRequest.of(Labels.of("__name__", "up", "job", "api"), 1_700_000_000_000L, 1)
        .sample(1_700_000_015_000L, 1_600_000_000_000L, 42)
        .exemplar(Labels.of("trace_id", "abc"), 1_700_000_000_000L, 0.5)
        .series(Labels.of("__name__", "latency"))
        .histogram(1_700_000_000_000L, histogram)
        .metadata(new MetricMetadata("up", MetricType.GAUGE, "Alive.", "s"));
  }

  @Test
  void remoteWrite1() throws Exception {
    RemoteWrite1Decoder decoder = new RemoteWrite1Decoder(1000);
    Fuzz.of("remote-write-1").seed(request().v1()).run(MUTATIONS, input -> read(decoder, input));
  }

  @Test
  void remoteWrite2() throws Exception {
    RemoteWrite2Decoder decoder = new RemoteWrite2Decoder(1000);
    Fuzz.of("remote-write-2").seed(request().v2()).run(MUTATIONS, input -> read(decoder, input));
  }

  private static void read(RemoteWriteDecoder decoder, byte[] input) {
    WriteBatch batch = new WriteBatch();
    decoder.decode(input, input.length, batch);
    assertThat(batch.sampleCount()).isLessThanOrEqualTo(1000);
    for (int i = 0; i < batch.seriesCount(); i++) {
      assertThat(batch.samplesFrom(i)).isLessThanOrEqualTo(batch.samplesTo(i));
    }
    new RecordingSink().write(TenantId.DEFAULT, batch);
  }

  @ParameterizedTest
  @EnumSource(ContentCoding.class)
  void bodies(ContentCoding coding) throws Exception {
    BodyBuffer buffer = new BodyBuffer(MOST_BYTES);
    Fuzz.of("body-" + coding.text())
        .seed(Snappy.compress(request().v1()))
        .seed(HexFormat.of().parseHex("1f8b0800000000000203cb48cdc9c957c840279c00d02d3e2c14000000"))
        .seed(HexFormat.of().parseHex("28b52ffd0400590000666f6f20626172206261" + "7a8c6ac4ad"))
        .run(
            coding == ContentCoding.ZSTD ? MUTATIONS / 4 : MUTATIONS,
            input -> {
              buffer.decompress(coding, input, 0, input.length);
              assertThat(buffer.length()).isLessThanOrEqualTo(MOST_BYTES);
            });
  }

  @Test
  void remoteRead() throws Exception {
    ProtoMessage equal = new ProtoMessage().field(2, text("__name__")).field(3, text("up"));
    ProtoMessage regex =
        new ProtoMessage().varint(1, 2).field(2, text("job")).field(3, text("a(b|c)*[0-9]"));
    ProtoMessage query =
        new ProtoMessage().varint(1, 1000).varint(2, 2000).field(3, equal).field(3, regex);
    byte[] request = new ProtoMessage().field(1, query).varint(2, 1).bytes();
    Fuzz.of("remote-read")
        .seed(request)
        .withRegexes()
        .run(MUTATIONS, input -> ReadRequest.decode(input, input.length));
  }

  @ParameterizedTest
  @EnumSource(ExpositionFormat.class)
  void scrapedPages(ExpositionFormat format) throws Exception {
    ExpositionParser parser = format.parser();
    parser.foldCreated(true);
    parser.histograms(true, true);
    Fuzz.of("page-" + format.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .seed(format == ExpositionFormat.PROTOBUF ? protobuf() : text(PAGE))
        .words("{", "}", "\"", "\\", "=", ",", "#", " # {", "# TYPE ", "# EOF", "\n", "le=", "NaN")
        .run(
            MUTATIONS,
            input -> {
              parser.reset(input, input.length);
              readAll(parser, input);
            });
  }

  /** A counter with an exemplar and a native histogram, each behind its length. */
  private static byte[] protobuf() {
    ProtoMessage label = new ProtoMessage().field(1, text("job")).field(2, text("api"));
    ProtoMessage time = new ProtoMessage().varint(1, 1_700_000_000).varint(2, 5);
    ProtoMessage exemplar = new ProtoMessage().field(1, label).fixed64(2, 0.5).field(3, time);
    ProtoMessage counter = new ProtoMessage().fixed64(1, 42.0).field(2, exemplar).field(3, time);
    ProtoMessage histogram =
        new ProtoMessage()
            .varint(1, 16)
            .fixed64(2, 2.5)
            .field(3, new ProtoMessage().varint(1, 4).fixed64(2, 1.0).field(3, exemplar))
            .zigzag(5, 3)
            .fixed64(6, 0x1p-128)
            .varint(7, 1)
            .field(12, new ProtoMessage().zigzag(1, -2).varint(2, 2))
            .field(12, new ProtoMessage().zigzag(1, 3).varint(2, 1))
            .zigzag(13, 5)
            .zigzag(13, -2)
            .zigzag(13, 4)
            .field(15, time);
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    for (ProtoMessage family :
        List.of(
            family("hits_total", 0, new ProtoMessage().field(1, label).field(3, counter)),
            family("latency", 4, new ProtoMessage().field(7, histogram)),
            family("size", 2, new ProtoMessage().field(4, new ProtoMessage().varint(1, 3))))) {
      byte[] bytes = family.bytes();
      page.writeBytes(new ProtoMessage().number(bytes.length).bytes());
      page.writeBytes(bytes);
    }
    return page.toByteArray();
  }

  private static ProtoMessage family(String name, int type, ProtoMessage metric) {
    return new ProtoMessage()
        .field(1, text(name))
        .field(2, text("Help."))
        .varint(3, type)
        .field(4, metric);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void readAll(ExpositionParser parser, byte[] body) {
    int entries = 0;
    for (Entry entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      assertThat(entries++).isLessThanOrEqualTo(40 * body.length + 40);
      switch (entry) {
        case SERIES -> {
          assertThat(parser.labels().metricName()).isNotEmpty();
          if (parser.hasHistogram()) {
            assertThat(parser.histogram().count()).isNotNegative();
          }
          while (parser.nextExemplar()) {
            assertThat(entries++).isLessThanOrEqualTo(40 * body.length + 40);
            assertThat(parser.exemplarLabels().size()).isNotNegative();
          }
        }
        case TYPE, HELP, UNIT -> assertThat(parser.family() + parser.text()).isNotNull();
        case COMMENT, END -> assertThat(parser.text()).startsWith("#");
      }
    }
  }
}
