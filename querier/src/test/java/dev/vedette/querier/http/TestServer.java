package dev.vedette.querier.http;

import dev.vedette.model.SeriesSource;
import dev.vedette.model.TargetSource;
import dev.vedette.model.Ticker;
import dev.vedette.promql.QueryWorkers;
import dev.vedette.querier.Querier;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.querier.ServerInfo;
import dev.vedette.runtime.http.HttpServer;
import dev.vedette.runtime.http.HttpServerConfig;
import dev.vedette.runtime.http.ListenAddress;
import dev.vedette.runtime.http.Readiness;
import dev.vedette.runtime.http.TenantResolver;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A querier behind a real server on a free loopback port, with a client. */
final class TestServer implements AutoCloseable {
  private final HttpServer server;
  private final Querier querier;
  private final HttpClient client = HttpClient.newHttpClient();

  TestServer(SeriesSource source) {
    this(QuerierConfig.STOCK, source, Optional.empty());
  }

  TestServer(QuerierConfig config, SeriesSource source, Optional<TargetSource> targets) {
    this(config, source, targets, false);
  }

  /** For as many tenants as the resolver tells apart. */
  TestServer(SeriesSource source, TenantResolver tenants) {
    this(QuerierConfig.STOCK, source, Optional.empty(), tenants, false);
  }

  /** The same by other settings. */
  TestServer(QuerierConfig config, SeriesSource source, TenantResolver tenants) {
    this(config, source, Optional.empty(), tenants, false);
  }

  /**
   * @param beans what other roles of the process give the server
   */
  TestServer(
      QuerierConfig config,
      SeriesSource source,
      Optional<TargetSource> targets,
      boolean adminApi,
      Object... beans) {
    this(config, source, targets, TenantResolver.single(), adminApi, beans);
  }

  private TestServer(
      QuerierConfig config,
      SeriesSource source,
      Optional<TargetSource> targets,
      TenantResolver tenants,
      boolean adminApi,
      Object... beans) {
    PrometheusRegistry registry = new PrometheusRegistry();
    ServerInfo info =
        new ServerInfo(
            "0.1.0",
            "",
            "",
            Instant.EPOCH,
            "15d",
            adminApi,
            false,
            Map.of("storage.retention", "15d"),
            () -> "kind: MetricsCluster\n");
    querier =
        new Querier(
            config,
            info,
            source,
            targets,
            Clock.systemUTC(),
            Ticker.system(),
            QueryWorkers.none(),
            registry,
            tenants);
    List<Object> all = new ArrayList<>(List.of(registry, new Readiness(), querier));
    all.addAll(List.of(beans));
    server = HttpServer.start(HttpServerConfig.on(ListenAddress.ANY_LOOPBACK_PORT), all.toArray());
  }

  /** Puts other settings into force, as a changed resource does. */
  void settings(QuerierConfig config) {
    querier.settings(config);
  }

  ListenAddress address() {
    return server.address();
  }

  HttpRequest.Builder to(String pathAndQuery) {
    return HttpRequest.newBuilder(URI.create(server.url() + pathAndQuery));
  }

  HttpResponse<String> get(String pathAndQuery) throws IOException, InterruptedException {
    return send(to(pathAndQuery).build());
  }

  HttpResponse<String> postForm(String path, String form) throws IOException, InterruptedException {
    return send(
        to(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build());
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  HttpClient client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
