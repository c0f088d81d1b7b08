package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.Labels;
import dev.vedette.testkit.RemoteWriteRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code vedette run} as somebody meets it who has just cloned the repository. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunTest {
  private static final String CLUSTER =
      """
      apiVersion: vedette.dev/v1alpha1
      kind: MetricsCluster
      metadata:
        name: test
      spec:
        selfMonitoring:
          interval: 1s
      """;

  private Path temp = Path.of("");
  private Path resources = Path.of("");
  private Server server;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    temp = folder;
    resources = Files.createDirectories(temp.resolve("resources"));
    Files.writeString(resources.resolve("cluster.yaml"), CLUSTER);
    server = Server.start(temp.resolve("data"), "--resources", resources.toString());
  }

  @AfterAll
  void stop() throws InterruptedException {
    server.close();
  }

  @Test
  void itScrapesItselfAndTheMachine() throws Exception {
    assertThat(jobsThatAreUp("vedette", "node")).containsExactlyInAnyOrder("vedette", "node");
    assertThat(eventually("node_load1").size()).isEqualTo(1);
    assertThat(eventually("vedette_storage_head_series > 100").size()).isEqualTo(1);
  }

  @Test
  void aTargetAddedToTheFolderIsScrapedWithoutARestart() throws Exception {
    Files.writeString(
        resources.resolve("more.yaml"),
        """
        apiVersion: vedette.dev/v1alpha1
        kind: ScrapeTarget
        metadata:
          name: added-later
        spec:
          static:
            targets: ["%s"]
          interval: 1s
        """
            .formatted(server.address().getAuthority()));

    assertThat(eventually("up{job=~\".*added-later\"} == 1").size()).isEqualTo(1);
  }

  @Test
  void whatIsChangedOfQueriesInTheFolderIsInForceWithoutARestart() throws Exception {
    String query = "/api/v1/query?query=limitk(1,vector(1))";
    assertThat(server.get(query).statusCode()).isEqualTo(400);

    String changed = CLUSTER + "  query:\n    features: [promql-experimental-functions]\n";
    Files.writeString(resources.resolve("cluster.yaml"), changed);

    for (int i = 0; i < 150 && server.get(query).statusCode() != 200; i++) {
      Thread.sleep(200);
    }
    assertThat(server.get(query).statusCode()).isEqualTo(200);
    assertThat(server.get("/api/v1/status/flags").body())
        .contains("\"enable-feature\":\"promql-experimental-functions\"");
    assertThat(server.get("/api/v1/features").body()).contains("\"limitk\":true");
  }

  @Test
  void whatIsRemoteWrittenIsAnswered() throws Exception {
    long now = System.currentTimeMillis();
    HttpResponse<String> answer =
        server.write(
            RemoteWriteRequest.of(Labels.of("__name__", "pushed", "from", "test"), now, 42.5));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    JsonNode result = server.query("pushed", now);
    assertThat(result.at("/0/metric/from").asText()).isEqualTo("test");
    assertThat(result.at("/0/value/1").asText()).isEqualTo("42.5");
  }

  @Test
  void aSecondServerOverTheSameDataIsRefusedByName() {
    assertThatThrownBy(() -> Server.start(temp.resolve("data")))
        .hasMessageContaining(temp.resolve("data").toString())
        .hasMessageContaining("pid " + server.pid())
        .hasMessageContaining("data-in-use");
  }

  @Test
  void aBusyPortIsRefusedByName() {
    String address = server.address().getAuthority();
    assertThatThrownBy(() -> Server.start(temp.resolve("other"), "--listen", address))
        .hasMessageContaining(address)
        .hasMessageContaining("port-in-use");
  }

  @Test
  void wrongResourcesAreAllReportedAtOnceAndNothingStarts() throws IOException {
    Path wrong = Files.createDirectories(temp.resolve("wrong"));
    Files.writeString(wrong.resolve("a.yaml"), CLUSTER + "  unheardOf: 1\n");
    Files.writeString(
        wrong.resolve("b.yaml"),
        """
        apiVersion: vedette.dev/v1alpha1
        kind: ScrapeTarget
        metadata:
          name: bad
        spec:
          static:
            targets: ["localhost:1"]
          interval: soon
        """);

    assertThatThrownBy(() -> Server.start(temp.resolve("third"), "--resources", wrong.toString()))
        .hasMessageContaining("a.yaml:8")
        .hasMessageContaining("unheardOf")
        .hasMessageContaining("b.yaml:8")
        .hasMessageContaining("soon");
  }

  @Test
  void sigtermStopsItCleanlyAndTheDataIsThereAtTheNextStart() throws Exception {
    Path data = temp.resolve("restarted");
    long now = System.currentTimeMillis();
    try (Server first = Server.start(data, "--resources", resources.toString())) {
      RemoteWriteRequest request = RemoteWriteRequest.of(Labels.of("__name__", "kept"), now, 7);
      assertThat(first.write(request).statusCode()).isEqualTo(204);
      assertThat(first.stop()).as("exit code on SIGTERM").isEqualTo(143);
    }
    try (Server second = Server.start(data, "--resources", resources.toString())) {
      assertThat(second.query("kept", now).at("/0/value/1").asText()).isEqualTo("7");
    }
  }

  @Test
  void aFlushMovesTheHeadIntoBlocksThatTheToolsRead() throws Exception {
    Path data = temp.resolve("flushed");
    try (Server other = Server.start(data, "--resources", resources.toString())) {
      RemoteWriteRequest request =
          RemoteWriteRequest.of(Labels.of("__name__", "kept"), System.currentTimeMillis(), 7);
      assertThat(other.write(request).statusCode()).isEqualTo(204);
      assertThat(other.post("/api/v1/admin/tsdb/flush", new byte[0]).statusCode())
          .isBetween(200, 299);
      other.stop();
    }
    Output stats = run("tsdb", "stats", data.toString());
    assertThat(stats.exit).as(stats.text).isZero();
    assertThat(stats.text).contains("bytes a sample");
    Output verify = run("tsdb", "verify", data.toString());
    assertThat(verify.exit).as(verify.text).isZero();
    assertThat(verify.text).contains("no damage");
  }

  @Test
  void everyCommandExplainsItself() throws Exception {
    for (String[] command :
        new String[][] {
          {"--help"},
          {"run", "--help"},
          {"check", "--help"},
          {"tsdb", "--help"},
          {"tsdb", "stats", "--help"}
        }) {
      Output help = run(command);
      assertThat(help.exit).as(help.text).isZero();
      assertThat(help.text).contains("Usage: vedette");
    }
    assertThat(run("--version").text).startsWith("vedette ");
    assertThat(run("generate-completion").text).contains("complete -F");
    assertThat(run("rum").exit).isEqualTo(2);
  }

  private record Output(int exit, String text) {}

  private static Output run(String... arguments) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(Server.command(arguments)).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Output(process.exitValue(), text);
  }

  private Set<String> jobsThatAreUp(String... awaited) throws Exception {
    Set<String> jobs = new HashSet<>();
    for (String job : awaited) {
      eventually("up{job=\"%s\"} == 1".formatted(job))
          .forEach(each -> jobs.add(each.at("/metric/job").asText()));
    }
    return jobs;
  }

  /**
   * Asks until there is an answer, for at most half a minute: what is waited for is other
   * processes' work.
   */
  private JsonNode eventually(String expression) throws Exception {
    JsonNode result = new ObjectMapper().createArrayNode();
    for (int i = 0; i < 150 && result.isEmpty(); i++) {
      Thread.sleep(200);
      result = server.query(expression, System.currentTimeMillis());
    }
    return result;
  }
}
