package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.runtime.http.ListenAddress;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.testkit.RemoteWriteRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.Snappy;

/**
 * Two tenants of one process, whose metrics have the same names and times: whatever is asked, each
 * is answered with its own, out of memory, blocks, kept results, and after a start.
 */
@Timeout(120)
class TenancyTest {
  // Names that some disks, and some rules for folders, would not tell apart.
  private static final String ONE = "Team-A";
  private static final String OTHER = "team-a";
  private static final String CLUSTER =
      """
      apiVersion: vedette.dev/v1alpha1
      kind: MetricsCluster
      metadata: {name: main}
      spec:
        tenancy: {mode: Header, maxTenants: 3}
        limits: {maxSeries: 20}
        selfMonitoring: {enabled: false}
      """;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private Path temp;
  private final long now = System.currentTimeMillis() / 60_000 * 60_000;
  private Vedette server;

  @BeforeEach
  void start() throws IOException {
    start(CLUSTER);
  }

  private void start(String cluster) throws IOException {
    Path resources = Files.createDirectories(temp.resolve("resources"));
    Files.writeString(resources.resolve("cluster.yaml"), cluster);
    server =
        Vedette.start(
            new Vedette.Options(
                ListenAddress.ANY_LOOPBACK_PORT,
                temp.resolve("data"),
                resources,
                EnumSet.of(Role.INGESTER, Role.STORAGE, Role.QUERIER),
                true,
                true,
                Set.of()));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @AfterAll
  static void closeClient() {
    CLIENT.close();
  }

  @Test
  void whateverIsAskedEachTenantIsAnsweredWithItsOwn() throws Exception {
    fill(ONE, "crimson");
    fill(OTHER, "azure");
    eachSeesItsOwn();

    assertThat(post("/api/v1/admin/tsdb/flush", ONE, "").statusCode()).isEqualTo(204);
    eachSeesItsOwn();

    server.close();
    start();
    eachSeesItsOwn();
    assertThat(get("/api/v1/status/tsdb/blocks", ONE)).contains("numSamples");
    assertThat(get("/api/v1/status/tsdb/blocks", "nobody")).contains("\"blocks\":[]");

    String all = "/api/v1/admin/tsdb/delete_series?match%5B%5D=shared";
    assertThat(post(all, ONE, "").statusCode()).isEqualTo(204);
    for (String query : queries()) {
      assertThat(get(query, ONE)).as(query).doesNotContain("crimson").doesNotContain("azure");
      assertThat(get(query, OTHER)).as(query).contains("azure").doesNotContain("crimson");
    }
  }

  private void fill(String tenant, String colour) throws Exception {
    RemoteWriteRequest request = new RemoteWriteRequest();
    request.series(Labels.of("__name__", "shared", "job", "j", "colour", colour));
    for (int i = 0; i < 20; i++) {
      request.sample(now - i * 15_000L, colour.length());
    }
    request
        .exemplar(Labels.of("trace_id", "trace-" + colour), now, 1)
        .metadata(new MetricMetadata("shared", MetricType.GAUGE, "All about " + colour, ""));
    assertThat(write(tenant, request).statusCode()).isEqualTo(204);
  }

  private void eachSeesItsOwn() throws Exception {
    // Twice: the second answer may be the one that was kept.
    for (int i = 0; i < 2; i++) {
      for (String query : queries()) {
        assertThat(get(query, ONE)).as(query).contains("crimson").doesNotContain("azure");
        assertThat(get(query, OTHER)).as(query).contains("azure").doesNotContain("crimson");
        assertThat(get(query, "nobody"))
            .as(query)
            .doesNotContain("azure")
            .doesNotContain("crimson");
      }
    }
    manyAtOnce();
  }

  private List<String> queries() {
    String range = "&start=%d&end=%d&step=60".formatted(now / 1000 - 600, now / 1000);
    String times = "start=%d&end=%d".formatted(now / 1000 - 600, now / 1000);
    return List.of(
        "/api/v1/query?query=shared&time=" + now / 1000,
        "/api/v1/query_range?query=" + encoded("sum by (colour) (shared)") + range,
        "/api/v1/query_range?query="
            + encoded("avg by (colour) (avg_over_time(shared[5m]))")
            + range,
        "/api/v1/query_range?tier=1m&query="
            + encoded("max by (colour) (max_over_time(shared[5m]))")
            + range,
        "/api/v1/series?match%5B%5D=shared&" + times,
        "/api/v1/label/colour/values?" + times,
        "/federate?match%5B%5D=shared");
  }

  private void manyAtOnce() throws Exception {
    String query = queries().get(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String tenant = i % 2 == 0 ? ONE : OTHER;
        answers.add(threads.submit(() -> get(query, tenant)));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get()).contains(i % 2 == 0 ? "crimson" : "azure");
      }
    }
  }

  @Test
  void whatIsInMemoryOnlyIsTheTenantsToo() throws Exception {
    fill(ONE, "crimson");
    fill(OTHER, "azure");
    for (String path :
        List.of(
            "/api/v1/query_exemplars?query=shared&start=0&end=" + (now / 1000 + 1),
            "/api/v1/metadata",
            "/api/v1/status/tsdb")) {
      String seen = path.endsWith("tsdb") ? "colour=" : "";
      assertThat(get(path, ONE)).as(path).contains(seen + "crimson").doesNotContain("azure");
      assertThat(get(path, OTHER)).as(path).contains(seen + "azure").doesNotContain("crimson");
    }
    String json =
        "{\"query\":\"avg:shared{*} by {colour}\",\"from\":%d,\"to\":%d}"
            .formatted(now / 1000 - 60, now / 1000 + 1);
    assertThat(post("/api/v1/query", ONE, json).body()).contains("crimson").doesNotContain("azure");
    assertThat(get("/api/v1/targets", ONE)).contains("\"activeTargets\":[]");
    assertThat(get("/metrics", ONE)).contains("vedette_ingester_tenants 3.0");
  }

  @Test
  void eachHasItsOwnLimitAndThereAreOnlySoManyTenants() throws Exception {
    RemoteWriteRequest many = new RemoteWriteRequest();
    for (int i = 0; i < 30; i++) {
      many.series(Labels.of("__name__", "many", "i", Integer.toString(i))).sample(now, i);
    }
    assertThat(write(ONE, many).body()).contains("series-limit");
    assertThat(get("/api/v1/query?query=count(many)&time=" + now / 1000, ONE)).contains("\"20\"");

    fill(OTHER, "azure");
    HttpResponse<String> third =
        write("third", RemoteWriteRequest.of(Labels.of("__name__", "x"), now, 1));

    assertThat(third.statusCode()).isEqualTo(429);
    assertThat(third.headers().firstValue("Retry-After")).isPresent();
    assertThat(third.body()).contains("tenant third would be one more than the 3 there may be");
    assertThat(third.body()).contains("spec.tenancy.maxTenants").contains("(tenant-limit)");
  }

  @Test
  void whoeverIsOneTenantTooManyIsToldSoEachTimeWhateverItsRate() throws Exception {
    server.close();
    start(
        CLUSTER
            .replace("maxTenants: 3", "maxTenants: 1")
            .replace("maxSeries: 20", "maxSeries: 20, samplesPerSecond: 1"));
    RemoteWriteRequest request = new RemoteWriteRequest();
    request.series(Labels.of("__name__", "x"));
    // Half an hour's worth at that rate.
    for (int i = 0; i < 2000; i++) {
      request.sample(now - i, i);
    }

    for (int i = 0; i < 2; i++) {
      assertThat(write("third", request).body()).contains("(tenant-limit)");
    }
  }

  @Test
  void whatOneTenantMayTakeIsChangedWhileItRunsAndIsNoneOfTheOthers() throws Exception {
    fill(ONE, "crimson");
    fill(OTHER, "azure");
    String query = "/api/v1/query?query=" + encoded("shared[5m]") + "&time=" + now / 1000;
    String overrides = "overrides: [{tenant: %s, query: {maxSamples: 3}}]".formatted(ONE);

    apply(CLUSTER.replace("maxTenants: 3", "maxTenants: 3, " + overrides));

    HttpResponse<String> refused = send(to(query, ONE));
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body())
        .contains("the limit is 3")
        .contains("raise spec.tenancy.overrides[tenant=Team-A].query.maxSamples");
    assertThat(get(query, OTHER)).contains("azure");

    apply(CLUSTER);
    assertThat(get(query, ONE)).contains("crimson");
  }

  /** Puts another resource into force. */
  private void apply(String cluster) throws IOException, InterruptedException {
    Files.writeString(temp.resolve("resources").resolve("cluster.yaml"), cluster);
    assertThat(post("/-/reload", ONE, "").statusCode()).isEqualTo(200);
  }

  @Test
  void whoWritesWithoutATenantOrWithABadOneIsTold() throws Exception {
    RemoteWriteRequest request = RemoteWriteRequest.of(Labels.of("__name__", "x"), now, 1);

    HttpResponse<String> unnamed = write("", request);
    assertThat(unnamed.statusCode()).isEqualTo(401);
    assertThat(unnamed.body()).startsWith("no org id").contains("(tenant-missing)");
    HttpResponse<String> twice = send(writing(ONE, request).header(TenantResolver.HEADER, OTHER));
    assertThat(twice.statusCode()).isEqualTo(400);
    assertThat(twice.body()).contains("X-Scope-OrgID is there 2 times");
    HttpResponse<String> bad = write("a/b", request);
    assertThat(bad.statusCode()).isEqualTo(400);
    assertThat(bad.body()).contains("unsupported character '/'");
  }

  private String get(String path, String tenant) throws IOException, InterruptedException {
    HttpResponse<String> reply = send(to(path, tenant));
    assertThat(reply.statusCode()).as(() -> path + ": " + reply.body()).isEqualTo(200);
    return reply.body();
  }

  private HttpResponse<String> post(String path, String tenant, String body)
      throws IOException, InterruptedException {
    return send(to(path, tenant).POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> write(String tenant, RemoteWriteRequest request)
      throws IOException, InterruptedException {
    return send(writing(tenant, request));
  }

  private HttpRequest.Builder writing(String tenant, RemoteWriteRequest request)
      throws IOException {
    return to("/api/v1/write", tenant)
        .header("Content-Type", RemoteWriteRequest.V2_CONTENT_TYPE)
        .header("Content-Encoding", "snappy")
        .POST(BodyPublishers.ofByteArray(Snappy.compress(request.v2())));
  }

  private HttpRequest.Builder to(String path, String tenant) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path));
    return tenant.isEmpty() ? request : request.header(TenantResolver.HEADER, tenant);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
