package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.StorageAdmin;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.testkit.InMemorySeries;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The admin API against what Prometheus 3.5.3 answered, over real HTTP. */
@Timeout(30)
class AdminApiTest {
  private static final String DELETE = "/api/v1/admin/tsdb/delete_series";
  private static final String SNAPSHOT = "/api/v1/admin/tsdb/snapshot";
  private static final String CLEAN = "/api/v1/admin/tsdb/clean_tombstones";

  private final FakeAdmin admin = new FakeAdmin();
  private TestServer server = start(true);

  private TestServer start(boolean enabled) {
    return new TestServer(
        QuerierConfig.STOCK, new InMemorySeries(), Optional.empty(), enabled, admin);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static final class FakeAdmin implements StorageAdmin {
    final List<String> calls = new ArrayList<>();
    boolean isFull;

    @Override
    public void flush() {
      calls.add("flush");
    }

    @Override
    public void delete(
        TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
      calls.add("delete %s %d %d".formatted(selectors, startMillis, endMillis));
      if (isFull) {
        throw new Unavailable(ErrorId.DISK_FULL, "the disk is full", "free space");
      }
    }

    @Override
    public void cleanTombstones() {
      calls.add("clean");
    }

    @Override
    public String snapshot(boolean skipHead) {
      calls.add("snapshot " + skipHead);
      return "20261121T144010Z-2e4bb4c04d0ef124";
    }
  }

  @Test
  void switchedOffItSaysSoInPrometheusWords() throws Exception {
    server.close();
    server = start(false);
    for (String path : List.of(DELETE, SNAPSHOT, CLEAN)) {
      for (String method : List.of("POST", "PUT")) {
        HttpResponse<String> response = send(method, path);

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body())
            .isEqualTo(
                "{\"status\":\"error\",\"errorType\":\"unavailable\","
                    + "\"error\":\"admin APIs disabled\"}");
      }
    }
    assertThat(admin.calls).isEmpty();
    assertThat(server.get("/api/v1/status/flags").body())
        .contains("\"web.enable-admin-api\":\"false\"");
  }

  @Test
  void onlyPostAndPutAreTaken() throws Exception {
    for (String path : List.of(DELETE, SNAPSHOT, CLEAN)) {
      HttpResponse<String> response = send("GET", path);

      assertThat(response.statusCode()).isEqualTo(405);
      assertThat(response.headers().firstValue("Allow")).hasValue("OPTIONS, POST, PUT");
    }
  }

  @Test
  void aDeletionGoesToStorageWithItsRange() throws Exception {
    HttpResponse<String> response = send("POST", DELETE + "?match[]=up&start=10&end=20.5");

    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(response.body()).isEmpty();
    assertThat(admin.calls).hasSize(1);
    assertThat(admin.calls.getFirst()).contains("up").endsWith("10000 20500");
  }

  @Test
  void withoutARangeAllOfTimeIsMeantAndSelectorsMayComeInAForm() throws Exception {
    assertThat(server.postForm(DELETE, "match[]=up&match[]=go_info").statusCode()).isEqualTo(204);

    assertThat(admin.calls.getFirst())
        .contains("up", "go_info")
        .endsWith(Long.MIN_VALUE + " " + Long.MAX_VALUE);
  }

  @Test
  void aRangeThatRunsBackwardsDeletesNothing() throws Exception {
    assertThat(send("PUT", DELETE + "?match[]=up&start=20&end=10").statusCode()).isEqualTo(204);
    assertThat(admin.calls).isEmpty();
  }

  @Test
  void badParametersAreRefusedInPrometheusWords() throws Exception {
    assertThat(send("POST", DELETE).body()).contains("no match[] parameter provided");
    assertThat(send("POST", DELETE + "?match[]=up&start=abc").body())
        .contains(
            "invalid parameter \\\"start\\\": invalid time value for 'start':"
                + " cannot parse \\\"abc\\\" to a valid timestamp");
    assertThat(send("POST", DELETE + "?match[]=up%7B").body()).contains("match[]", "bad_data");
    assertThat(send("POST", SNAPSHOT + "?skip_head=foo").body())
        .contains("strconv.ParseBool: parsing \\\"foo\\\": invalid syntax");
    assertThat(admin.calls).isEmpty();
  }

  @Test
  void aSnapshotIsAnsweredWithItsName() throws Exception {
    assertThat(send("POST", SNAPSHOT).body())
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"name\":\"20261121T144010Z-2e4bb4c04d0ef124\"}}");
    send("PUT", SNAPSHOT + "?skip_head=true");

    assertThat(admin.calls).containsExactly("snapshot false", "snapshot true");
  }

  @Test
  void cleaningIsAnsweredOnceItIsDone() throws Exception {
    assertThat(send("POST", CLEAN).statusCode()).isEqualTo(204);
    assertThat(admin.calls).containsExactly("clean");
  }

  @Test
  void whatStorageRefusesIsAnsweredWithItsReason() throws Exception {
    admin.isFull = true;

    HttpResponse<String> response = send("POST", DELETE + "?match[]=up");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).contains("the disk is full", "free space");
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    return server.send(
        server
            .to(path.replace("[", "%5B").replace("]", "%5D"))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build());
  }
}
