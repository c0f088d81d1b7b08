package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.RealProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of promtool that ask a server, where promtool is on the {@code PATH}. */
@Timeout(120)
class PromtoolTest {
  private static final long TIME = 1_760_000_000;

  private static Path promtool;
  private static TestServer server;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    Optional<Path> found = RealProgram.find("promtool");
    if (found.isEmpty()) {
      System.out.println("skipped: no promtool on the PATH");
    }
    assumeTrue(found.isPresent());
    promtool = found.get();
    InMemorySeries series = new InMemorySeries();
    HistogramLayout layout = HistogramLayout.of(1, 0.25, BucketSpans.of(0, 2), BucketSpans.of());
    for (int i = 0; i < 5; i++) {
      long time = (TIME + i * 15) * 1000;
      series.append(TenantId.DEFAULT, Labels.of("__name__", "up", "job", "node"), time, 1);
      series.append(TenantId.DEFAULT, Labels.of("__name__", "up", "job", "api"), time, i);
      Histogram sizes =
          Histogram.ofIntegers(
              layout, CounterReset.UNKNOWN, 4 + i, 1, 7, new long[] {1, 2 + i}, new long[] {});
      series.append(TenantId.DEFAULT, Labels.of("__name__", "sizes"), time, sizes, 0);
    }
    server = new TestServer(series);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void instantQueriesAreAnswered() throws Exception {
    assertThat(succeed("query", "instant", "--time=" + (TIME + 60), url(), "sum by (job) (up)"))
        .contains("{job=\"node\"} => 1 @[1760000060]")
        .contains("{job=\"api\"} => 4 @[1760000060]");
    assertThat(succeed("query", "instant", "-o", "json", "--time=" + TIME, url(), "1 + 1"))
        .contains("\"2\"");
  }

  @Test
  void rangeQueriesAreAnswered() throws Exception {
    assertThat(
            succeed(
                "query",
                "range",
                "--start=" + TIME,
                "--end=" + (TIME + 60),
                "--step=30s",
                url(),
                "up{job=\"api\"}"))
        .contains("up{job=\"api\"} =>\n0 @[1760000000]\n2 @[1760000030]\n4 @[1760000060]");
  }

  @Test
  void seriesAndLabelsAreListed() throws Exception {
    String from = "--start=" + TIME;
    String to = "--end=" + (TIME + 60);

    assertThat(succeed("query", "series", "--match=up{job=~\"n.*\"}", from, to, url()))
        .contains("{__name__=\"up\", job=\"node\"}")
        .doesNotContain("api");
    assertThat(succeed("query", "labels", from, to, url(), "job").lines())
        .containsExactly("api", "node");
  }

  @Test
  void bucketsOfHistogramsAreAnalysed() throws Exception {
    assertThat(
            succeed(
                "query",
                "analyze",
                "--server=" + url(),
                "--type=histogram",
                "--match=sizes",
                "--duration=1m",
                "--time=" + (TIME + 60)))
        .contains("Bucket stats for each histogram series over time");
  }

  @Test
  void errorsAreShownAsTheServerTellsThem() throws Exception {
    Output output = run("query", "instant", url(), "sum(");

    assertThat(output.exit).isEqualTo(1);
    assertThat(output.text).contains("1:5: parse error: unclosed left parenthesis");
  }

  @Test
  void theServerIsHealthyAndReadyAndItsMetricsCanBeTaken() throws Exception {
    assertThat(succeed("check", "healthy", "--url=" + url())).contains("SUCCESS");
    assertThat(succeed("check", "ready", "--url=" + url())).contains("SUCCESS");
    assertThat(succeed("debug", "metrics", url())).contains("debug.tar.gz");
    assertThat(folder.resolve("debug.tar.gz")).isNotEmptyFile();
  }

  /** Of a Go program; the reference says so. */
  @Test
  void thereAreNoProfilesToFetch() throws Exception {
    for (String what : List.of("pprof", "all")) {
      Output output = run("debug", what, url());

      assertThat(output.exit).isEqualTo(1);
      assertThat(output.text).contains("/debug/pprof/").contains("error completing");
    }
  }

  @Test
  void ourMetricsArePassedByItsLint() throws Exception {
    Output output = feed(server.get("/metrics").body(), "check", "metrics");

    // 3 where it would name things otherwise, 1 where it cannot read the page.
    assertThat(output.exit).as(output.text).isIn(0, 3);
    assertThat(output.text).doesNotContain("error while linting");
  }

  private static String url() {
    return "http://" + server.address();
  }

  private record Output(int exit, String text) {}

  private String succeed(String... arguments) throws Exception {
    Output output = run(arguments);
    assertThat(output.exit).as(output.text).isZero();
    return output.text;
  }

  private Output run(String... arguments) throws IOException, InterruptedException {
    return feed("", arguments);
  }

  private Output feed(String input, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(promtool.toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Output(process.exitValue(), text);
  }
}
