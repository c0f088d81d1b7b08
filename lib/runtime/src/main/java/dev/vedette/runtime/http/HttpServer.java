package dev.vedette.runtime.http;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.server.exceptions.ServerStartupException;
import io.micronaut.runtime.graceful.GracefulShutdownCapable;
import io.micronaut.runtime.server.EmbeddedServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process's HTTP server. Roles are built by plain constructors and handed over; the controllers
 * on the class path that need one of them are served, the others are not. Nothing is read from
 * files or from the environment.
 */
public final class HttpServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpServer.class);

  // Linux's own way to wait for sockets, which takes fewer system calls a request; else the JDK's.
  private static final List<String> TRANSPORTS = List.of("epoll", "nio");

  private final ApplicationContext context;
  private final EmbeddedServer server;
  private final HttpServerConfig config;

  private HttpServer(ApplicationContext context, EmbeddedServer server, HttpServerConfig config) {
    this.context = context;
    this.server = server;
    this.config = config;
  }

  /**
   * Starts to answer.
   *
   * @param beans what controllers need: the {@link PrometheusRegistry}, the {@link Readiness}, role
   *     objects
   * @throws Unavailable where the port is in use
   */
  public static HttpServer start(HttpServerConfig config, Object... beans) {
    List<Object> singletons = new ArrayList<>(List.of(beans));
    singletons.add(config);
    singletons.add(Ticker.system());
    ApplicationContext context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .deduceCloudEnvironment(false)
            .bootstrapEnvironment(false)
            .enableDefaultPropertySources(false)
            .banner(false)
            .properties(properties(config))
            .singletons(singletons.toArray())
            .start();
    try {
      EmbeddedServer server = context.getBean(EmbeddedServer.class);
      server.start();
      return new HttpServer(context, server, config);
    } catch (ServerStartupException e) {
      context.close();
      throw cannotListen(config.listen(), e);
    }
  }

  /**
   * Finds out early whether an address can be listened on: before data is read for minutes.
   *
   * @throws Unavailable where the port is in use
   */
  public static void ensureFree(ListenAddress listen) {
    try (ServerSocket probe = new ServerSocket()) {
      // As the server will bind: connections of a server just stopped are not in the way.
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(listen.host(), listen.port()));
    } catch (IOException e) {
      throw inUse(listen, e, e);
    }
  }

  private static Map<String, Object> properties(HttpServerConfig config) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("micronaut.server.host", config.listen().host());
    properties.put(
        "micronaut.server.port", config.listen().port() == 0 ? -1 : config.listen().port());
    properties.put("micronaut.server.max-request-size", config.maxRequestBytes());
    properties.put("micronaut.server.max-request-buffer-size", config.maxRequestBytes());
    properties.put("micronaut.server.multipart.enabled", true);
    // Which pages may ask is the endpoints' own affair; this would refuse all on localhost.
    properties.put("micronaut.server.cors.localhost-pass-through", true);
    // Receivers decompress by themselves: Netty takes "snappy" for the framed format.
    properties.put("micronaut.server.netty.request-decompression-enabled", false);
    properties.put("micronaut.server.netty.compression-threshold", GzipBody.THRESHOLD);
    properties.put("micronaut.server.netty.compression-level", GzipBody.LEVEL);
    // Long expressions come in GET requests, too; Go's servers allow 1 MB.
    properties.put("micronaut.server.netty.max-initial-line-length", 1 << 20);
    properties.put("micronaut.server.netty.max-header-size", 64 << 10);
    properties.put("micronaut.netty.event-loops.default.transport", TRANSPORTS);
    properties.put("micronaut.server.netty.parent.transport", TRANSPORTS);
    properties.put("micronaut.netty.event-loops.default.shutdown-quiet-period", "0s");
    properties.put("micronaut.netty.event-loops.default.shutdown-timeout", "1s");
    properties.put("micronaut.server.netty.parent.shutdown-quiet-period", "0s");
    return properties;
  }

  private static RuntimeException cannotListen(ListenAddress listen, ServerStartupException e) {
    for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
      // The JDK's sockets have a BindException, Linux's own one of Netty's.
      if (cause instanceof IOException) {
        return inUse(listen, cause, e);
      }
    }
    return e;
  }

  private static Unavailable inUse(ListenAddress listen, Throwable reason, Throwable cause) {
    return new Unavailable(
        ErrorId.PORT_IN_USE,
        "cannot listen on %s: %s".formatted(listen, reason.getMessage()),
        "stop what uses the port, or choose another with --listen HOST:PORT",
        cause);
  }

  /** Where it listens, with the real port. */
  public ListenAddress address() {
    return new ListenAddress(config.listen().host(), server.getPort());
  }

  /** Where this machine itself reaches it, also when it listens on all interfaces. */
  public ListenAddress loopbackAddress() {
    ListenAddress address = address();
    boolean everywhere = address.host().equals("0.0.0.0") || address.host().equals("::");
    return everywhere ? new ListenAddress("127.0.0.1", address.port()) : address;
  }

  /** {@code http://127.0.0.1:9090}. */
  public String url() {
    return "http://" + address();
  }

  /** Takes no more connections, lets running requests finish for the drain time, then stops. */
  @Override
  public void close() {
    drain();
    context.close();
  }

  private void drain() {
    try {
      if (server instanceof GracefulShutdownCapable graceful) {
        graceful
            .shutdownGracefully()
            .toCompletableFuture()
            .get(config.drain().toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException e) {
      log.warn("requests cut off by the stop: drain={}", config.drain());
    } catch (ExecutionException e) {
      log.warn("connections did not close cleanly", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
