package dev.vedette.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.StorageAdmin;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.runtime.http.HttpServer;
import dev.vedette.runtime.http.HttpServerConfig;
import dev.vedette.runtime.http.ListenAddress;
import dev.vedette.runtime.http.Readiness;
import io.micronaut.http.HttpStatus;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StorageAdminControllerTest {
  private static final HttpServerConfig CONFIG =
      new HttpServerConfig(ListenAddress.ANY_LOOPBACK_PORT, 100_000, Duration.ofSeconds(5));

  private final AtomicInteger flushes = new AtomicInteger();

  /** Does nothing but what a subclass does. */
  private abstract static class FlushOnly implements StorageAdmin {
    @Override
    public void delete(
        TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void cleanTombstones() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String snapshot(boolean skipHead) {
      throw new UnsupportedOperationException();
    }
  }

  private final class CountingAdmin extends FlushOnly {
    @Override
    public void flush() {
      flushes.incrementAndGet();
    }
  }

  private static final class FullDisk extends FlushOnly {
    @Override
    public void flush() {
      throw new Unavailable(ErrorId.DISK_FULL, "the disk is full", "free space");
    }
  }

  @Test
  void aFlushFromThisMachineIsDone() throws Exception {
    HttpResponse<String> response = post(new CountingAdmin());

    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(flushes).hasValue(1);
  }

  @Test
  void aFlushThatFailsSaysWhy() throws Exception {
    HttpResponse<String> response = post(new FullDisk());

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).contains("the disk is full").contains("free space");
  }

  @Test
  void withoutStorageThereIsNothingToFlush() throws Exception {
    assertThat(post().statusCode()).isEqualTo(404);
  }

  @Test
  void aFlushFromAnotherMachineIsForbiddenAndNamesTheWayOut() {
    StorageAdminController controller = new StorageAdminController(new CountingAdmin());

    var response = controller.flush(new InetSocketAddress("192.0.2.7", 4711));

    assertThat(response.getStatus().getCode()).isEqualTo(HttpStatus.FORBIDDEN.getCode());
    assertThat(new String((byte[]) response.body(), java.nio.charset.StandardCharsets.UTF_8))
        .contains("192.0.2.7", "/api/v1/admin/tsdb/flush");
    assertThat(flushes).hasValue(0);
  }

  private static HttpResponse<String> post(Object... roles) throws Exception {
    Object[] beans = new Object[roles.length + 2];
    beans[0] = new PrometheusRegistry();
    beans[1] = new Readiness();
    System.arraycopy(roles, 0, beans, 2, roles.length);
    try (HttpServer server = HttpServer.start(CONFIG, beans);
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/admin/tsdb/flush"))
              .POST(HttpRequest.BodyPublishers.noBody())
              .build();
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}
