package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.RealFiles;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.runtime.http.ListenAddress;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import dev.vedette.tsdb.tier.TierConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PromqlCommandTest {
  private static final String GOOD =
      """
      load 1m
        requests_total 0+60x10
        sizes {{schema:0 count:3 sum:5 buckets:[1 2]}}x10

      eval instant at 5m rate(requests_total[2m])
        {} 1

      eval instant at 5m histogram_count(sizes)
        {} 3
      """;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... scripts) throws IOException {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] arguments = new String[scripts.length + 2];
    arguments[0] = "promql";
    arguments[1] = "test";
    for (int i = 0; i < scripts.length; i++) {
      Path file = folder.resolve("script-%d.test".formatted(i));
      Files.writeString(file, scripts[i]);
      arguments[i + 2] = file.toString();
    }
    return line.execute(arguments);
  }

  private int explain(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("promql", "explain"));
    all.addAll(List.of(arguments));
    return line.execute(all.toArray(new String[0]));
  }

  @Test
  void aPlanOfADataFolderIsPrinted() {
    String data = folder.resolve("data").toString();
    assertThat(explain("sum(rate(up[5m]))", "--data", data, "--time", "600", "--range", "5m"))
        .isZero();
    assertThat(out.toString())
        .startsWith("query: sum(rate(up[5m]))  0 series x 6 steps, ")
        .contains("  sum: sum(rate(up[5m]))")
        .contains("    rate: rate(up[5m])")
        .contains("      reads {__name__=\"up\"} of raw, from 1970-01-01T00:00:00.001Z to ")
        .contains(": 0 series (about 0 expected), 0 samples");
  }

  @Test
  void aPlanOfAServerIsPrinted() throws Exception {
    Path resources = Files.createDirectories(folder.resolve("resources"));
    Files.writeString(
        resources.resolve("cluster.yaml"),
        """
        apiVersion: vedette.dev/v1alpha1
        kind: MetricsCluster
        metadata: {name: main}
        spec: {selfMonitoring: {enabled: false}}
        """);
    try (Vedette server =
        Vedette.start(
            new Vedette.Options(
                ListenAddress.ANY_LOOPBACK_PORT,
                folder.resolve("data"),
                resources,
                EnumSet.of(Role.INGESTER, Role.STORAGE, Role.QUERIER),
                false,
                false,
                Set.of()))) {
      String url = server.url() + "/";
      assertThat(explain("sum(rate(up[5m]))", "--url", url, "--time", "600", "--range", "5m"))
          .as(err.toString())
          .isZero();
      assertThat(out.toString())
          .startsWith("query: sum(rate(up[5m]))  0 series x 6 steps, ")
          .contains("    rate: rate(up[5m])")
          .contains("      reads {__name__=\"up\"} of raw, from 1970-01-01T00:00:00.001Z to ");
      assertThat(explain("up", "--url", url, "--time", "600", "--lookback", "1m")).isZero();
      assertThat(out.toString()).contains("from 1970-01-01T00:09:00.001Z to 1970-01-01T00:10:00");

      assertThat(explain("sum(", "--url", url)).isEqualTo(1);
      assertThat(err.toString())
          .contains(url + " answers 400: ")
          .contains("1:5: parse error: unclosed left parenthesis");
      assertThat(explain("up", "--url", url + "somewhere/else")).isEqualTo(1);
      assertThat(err.toString())
          .contains("somewhere/else is no Prometheus API: it answers 404")
          .doesNotContain("Exception");
    }
  }

  @Test
  void whereNoServerIsThatIsSaidWithTheWayOut() throws IOException {
    String nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = "http://127.0.0.1:" + socket.getLocalPort();
    }

    assertThat(explain("up", "--url", nobody)).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("vedette: " + nobody + " does not answer: ")
        .contains("start the server, or name another with --url, or a data folder with --data")
        .contains("(storage-unavailable)")
        .doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:9090", "ftp://localhost:9090", "http:///metrics", "metrics"})
  void whatIsNoAddressOfAServerIsSaid(String url) {
    assertThat(explain("up", "--url", url)).isEqualTo(1);
    assertThat(err.toString())
        .contains("--url \"%s\" is no address of a server".formatted(url))
        .contains("write it as http://localhost:9090");
  }

  @Test
  void aFolderIsExplainedWithTheTiersThatItHas() {
    Path data = folder.resolve("data");
    FakeClock clock = new FakeClock(Instant.parse("2025-10-09T00:00:00Z"));
    TsdbConfig config =
        TsdbConfig.defaults(data)
            .withTiers(List.of(new TierConfig(Duration.ofHours(1), Duration.ofDays(400), true)))
            .withMaintenanceInterval(Duration.ofDays(1));
    try (Tsdb tsdb =
        Tsdb.open(config, new RealFiles(), clock, new FakeTicker(), new PrometheusRegistry())) {
      for (int hour = 0; hour < 30; hour++) {
        clock.advance(Duration.ofHours(1));
        tsdb.write(TenantId.DEFAULT, up(clock.millis()));
        tsdb.flush();
      }
      tsdb.merge();
    }

    assertThat(
            explain(
                "sum_over_time(up[2h])",
                "--data",
                data.toString(),
                "--time",
                "2025-10-09T20:00:00Z",
                "--range",
                "6h",
                "--step",
                "1h"))
        .isZero();
    assertThat(out.toString()).contains("reads {__name__=\"up\"} of 1h, ").contains(": 1 series");
    assertThat(
            explain(
                "up",
                "--data",
                data.toString(),
                "--time",
                "2025-10-09T20:30:00Z",
                "--lookback",
                "45m"))
        .isZero();
    assertThat(out.toString()).contains("from 2025-10-09T19:45:00.001Z to 2025-10-09T20:30:00");
  }

  @Test
  void aFolderOfSeveralTenantsIsExplainedForTheOneThatIsNamed() {
    Path data = folder.resolve("data");
    FakeClock clock = new FakeClock(Instant.parse("2025-10-09T00:00:00Z"));
    try (Tsdb tsdb =
        Tsdb.open(
            TsdbConfig.defaults(data),
            new RealFiles(),
            clock,
            new FakeTicker(),
            new PrometheusRegistry())) {
      tsdb.write(new TenantId("Team"), up(clock.millis()));
    }
    String[] asked = {"up", "--data", data.toString(), "--time", "2025-10-09T00:00:00Z"};

    assertThat(explain(with(asked, "Team"))).isZero();
    assertThat(out.toString()).contains(": 1 series");
    assertThat(explain(with(asked, "team"))).isNotZero();
    assertThat(err.toString())
        .contains("there is no data of the tenant \"team\"; data are there of [Team]");
  }

  private static String[] with(String[] arguments, String tenant) {
    return Stream.concat(Arrays.stream(arguments), Stream.of("--tenant", tenant))
        .toArray(String[]::new);
  }

  private static WriteBatch up(long timeMillis) {
    byte[] labels = LabelBytes.encode(Labels.of("__name__", "up"));
    WriteBatch batch = new WriteBatch();
    batch.reset(labels);
    batch.addSeries(0, labels.length);
    batch.addSample(timeMillis, Double.doubleToRawLongBits(1));
    return batch;
  }

  @Test
  void whatCannotBeExplainedIsSaid() {
    assertThat(explain("sum(", "--data", folder.resolve("data").toString())).isNotZero();
    assertThat(err.toString()).contains("parse error");
    assertThat(explain("up", "--range", "soon")).isNotZero();
    assertThat(err.toString()).contains("--range \"soon\" is no duration");
  }

  @Test
  void scriptsThatHoldArePassed() throws IOException {
    assertThat(run(GOOD, GOOD)).isZero();
    assertThat(out).hasToString("4 passed, 0 failed" + System.lineSeparator());
  }

  @Test
  void eachEvaluationThatDiffersIsNamedWithItsLine() throws IOException {
    String bad = GOOD + "\neval instant at 5m requests_total\n  requests_total 7\n";
    assertThat(run(bad)).isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "script-0.test:11: requests_total: requests_total at 300000 ms:"
                + " expected 7.0 but was 300.0")
        .endsWith("2 passed, 1 failed" + System.lineSeparator());
  }

  @Test
  void aScriptThatIsNoneIsRefusedWithItsLine() throws IOException {
    assertThat(run("load 1m\n  x 1 2 what\n")).isEqualTo(1);
    assertThat(err.toString()).contains("script-0.test: line 2:");
  }
}
