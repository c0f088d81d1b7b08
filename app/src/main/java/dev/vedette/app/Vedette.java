package dev.vedette.app;

import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.ResourceSource;
import dev.vedette.crds.load.DirectoryResources;
import dev.vedette.crds.load.Problem;
import dev.vedette.crds.load.ResourceLoader;
import dev.vedette.crds.settings.ClusterSettings;
import dev.vedette.ingester.Ingester;
import dev.vedette.ingester.IngesterConfig;
import dev.vedette.ingester.agent.AgentController;
import dev.vedette.ingester.agent.HostMetrics;
import dev.vedette.ingester.limits.SampleRateLimiter;
import dev.vedette.ingester.limits.TenantLimiter;
import dev.vedette.ingester.receive.RemoteWriteReceiver;
import dev.vedette.ingester.scrape.BuiltInTarget;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.RealFiles;
import dev.vedette.model.Ticker;
import dev.vedette.promql.LanguageFeature;
import dev.vedette.promql.QueryWorkers;
import dev.vedette.querier.Querier;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.runtime.http.HttpServer;
import dev.vedette.runtime.http.HttpServerConfig;
import dev.vedette.runtime.http.Lifecycle;
import dev.vedette.runtime.http.ListenAddress;
import dev.vedette.runtime.http.Readiness;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.ui.Ui;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process: its roles, built by plain constructors and joined through the ports of {@code
 * lib/model}. Started whole or not at all; closed in the reverse order.
 */
final class Vedette implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Vedette.class);

  /**
   * What the command line says.
   *
   * @param adminApi whether data may be deleted and snapshots be taken over HTTP
   * @param lifecycle whether the process may be told over HTTP to reload and to quit
   * @param features of the query language that are on besides those of the MetricsCluster
   */
  record Options(
      ListenAddress listen,
      Path data,
      @Nullable Path resources,
      Set<Role> roles,
      boolean adminApi,
      boolean lifecycle,
      Set<LanguageFeature> features) {
    /** With everything switched off that has to be asked for. */
    Options(ListenAddress listen, Path data, @Nullable Path resources, Set<Role> roles) {
      this(listen, data, resources, roles, false, false, Set.of());
    }
  }

  private final Options options;
  private final Path resourcePath;
  private final Runnable quit;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Readiness readiness = new Readiness();
  private final Clock clock = Clock.systemUTC();
  private final Ticker ticker = Ticker.system();
  private final List<Object> beans = new ArrayList<>(List.of(registry, readiness));

  private @Nullable Tsdb storage;
  private @Nullable TenantLimiter tenantLimit;
  private @Nullable SampleRateLimiter rates;
  private @Nullable Ingester ingester;
  private @Nullable RemoteWriteReceiver receiver;
  private @Nullable Querier querier;
  private @Nullable HttpServer server;

  private Vedette(Options options, Path resourcePath, Runnable quit) {
    this.options = options;
    this.resourcePath = resourcePath;
    this.quit = quit;
  }

  /** Starts everything and returns once it answers; what was started is closed where that fails. */
  static Vedette start(Options options) {
    return start(options, () -> {});
  }

  /**
   * The same with what ends the process, for a client that may ask for it.
   *
   * @param quit begins to end the process and returns at once
   */
  static Vedette start(Options options, Runnable quit) {
    ResourceFolder folder = ResourceFolder.open(options.resources(), new ResourceLoader());
    Vedette vedette = new Vedette(options, folder.path(), quit);
    try {
      vedette.build(folder);
      return vedette;
    } catch (RuntimeException e) {
      vedette.close();
      throw e;
    }
  }

  private void build(ResourceFolder folder) {
    HttpServer.ensureFree(options.listen());
    DataFolder data = keep(DataFolder.open(options.data()));
    ClusterSettings settings = folder.settings();
    if (plays(Role.STORAGE)) {
      storage =
          keep(
              Tsdb.open(
                  Settings.tsdb(settings, data.path()), new RealFiles(), clock, ticker, registry));
      beans.add(storage);
    }
    DirectoryResources resources =
        keep(DirectoryResources.open(folder.path(), folder.loader(), clock, registry));
    if (options.lifecycle()) {
      beans.add(lifecycle(resources));
    }
    if (plays(Role.INGESTER)) {
      buildIngester(settings, resources);
    }
    if (plays(Role.QUERIER)) {
      querier =
          new Querier(
              Settings.querier(settings, options.features()),
              ServerFacts.of(options, folder, resources, clock.instant()),
              required(storage),
              Optional.ofNullable(ingester).map(Ingester::targets),
              clock,
              ticker,
              keep(new QueryWorkers(Runtime.getRuntime().availableProcessors())),
              registry,
              tenants(settings));
      beans.add(querier);
      beans.add(new Ui());
    }
    if (plays(Role.AGENT)) {
      beans.add(HostMetrics.ofThisMachine(clock));
    }
    MachineMetrics.register(registry);
    HeapKeeper.start(ticker, registry).ifPresent(this::keep);
    server = keep(HttpServer.start(HttpServerConfig.on(options.listen()), beans.toArray()));
    resources.watch(MetricsCluster.class, clusters -> apply(folder, clusters));
  }

  private static TenantResolver tenants(ClusterSettings settings) {
    return settings.tenancy().isNamed() ? TenantResolver.named() : TenantResolver.single();
  }

  private Lifecycle lifecycle(DirectoryResources resources) {
    return new Lifecycle() {
      @Override
      public String reload() {
        return resources.reload().stream().map(Problem::toString).collect(Collectors.joining("\n"));
      }

      @Override
      public void quit() {
        quit.run();
      }
    };
  }

  private void buildIngester(ClusterSettings settings, ResourceSource resources) {
    Tsdb there = required(storage);
    SampleRateLimiter slowed = new SampleRateLimiter(there, Settings.rates(settings), ticker);
    rates = slowed;
    // Outside of the rates, which keep something of each tenant that they see.
    TenantLimiter limited =
        new TenantLimiter(slowed, there.tenants(), settings.tenancy().maxTenants(), registry);
    tenantLimit = limited;
    beans.add(tenants(settings));
    RemoteWriteReceiver receiving =
        new RemoteWriteReceiver(Settings.remoteWrite(settings), limited, ticker, registry);
    receiver = receiving;
    beans.add(receiving);
    Ingester pulling =
        keep(
            new Ingester(
                IngesterConfig.of(HostName.ofThisMachine(), Version.number()),
                limited,
                clock,
                ticker,
                registry));
    ingester = pulling;
    typeLabels(Settings.querier(settings, options.features()));
    pulling.start(resources);
  }

  /** Puts changed settings into force; what is wrong with them leaves the last ones in force. */
  private void apply(ResourceFolder folder, List<MetricsCluster> clusters) {
    ClusterSettings settings;
    QuerierConfig ofQueries;
    try {
      settings = ResourceFolder.settings(folder.loader(), clusters);
      ofQueries = Settings.querier(settings, options.features());
    } catch (InvalidRequest e) {
      log.warn("settings stay as they are; {}", e.explain());
      return;
    }
    if (storage != null) {
      storage.limits(Settings.seriesLimits(settings));
    }
    if (tenantLimit != null) {
      tenantLimit.most(settings.tenancy().maxTenants());
    }
    if (rates != null) {
      rates.replace(Settings.rates(settings));
    }
    if (ingester != null) {
      ingester.builtIn(builtIn(settings));
    }
    typeLabels(ofQueries);
    if (querier != null) {
      querier.settings(ofQueries);
    }
  }

  /** Whether types and units become labels of what is scraped and received. */
  private void typeLabels(QuerierConfig config) {
    boolean on = config.features().contains(LanguageFeature.TYPE_AND_UNIT_LABELS);
    if (receiver != null) {
      receiver.typeLabels(on);
    }
    if (ingester != null) {
      ingester.typeLabels(on);
    }
  }

  private List<BuiltInTarget> builtIn(ClusterSettings settings) {
    if (!settings.selfMonitoring().enabled()) {
      return List.of();
    }
    String address = required(server).loopbackAddress().toString();
    List<BuiltInTarget> targets = new ArrayList<>();
    targets.add(BuiltInTarget.of("vedette", address, "/metrics"));
    if (plays(Role.AGENT)) {
      targets.add(BuiltInTarget.of("node", address, AgentController.PATH));
    }
    return targets.stream()
        .map(target -> target.every(settings.selfMonitoring().interval()))
        .toList();
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  private static <T> T required(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("BUG: a role was started without what it needs");
    }
    return part;
  }

  boolean plays(Role role) {
    return options.roles().contains(role);
  }

  String url() {
    return required(server).url();
  }

  Path data() {
    return options.data();
  }

  Path resources() {
    return resourcePath;
  }

  /** Stops answering, then scraping, then storage; each part is closed whatever another does. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        log.error("could not be closed cleanly: {}", part.getClass().getSimpleName(), e);
      }
    }
  }
}
