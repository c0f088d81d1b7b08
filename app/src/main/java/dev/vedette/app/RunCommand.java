package dev.vedette.app;

import dev.vedette.promql.LanguageFeature;
import dev.vedette.runtime.http.ListenAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vedette run}: everything in one process until it is told to stop. */
@Command(
    name = "run",
    description = "Start everything in this process: scraping, remote write, storage, queries.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9090",
      description = "Address to answer on (default: ${DEFAULT-VALUE}); port 0 takes a free one.")
  private String listen = "";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "data",
      description = "Folder that keeps the data (default: ./${DEFAULT-VALUE}).")
  private Path data = Path.of("");

  @Option(
      names = "--resources",
      paramLabel = "DIR",
      description =
          "Folder of MetricsCluster and ScrapeTarget YAML, watched for changes (default: the quickstart example).")
  private @Nullable Path resources;

  @Option(
      names = "--roles",
      paramLabel = "all|A,B",
      defaultValue = "all",
      description = "Roles to play: ingester, storage, querier, agent (default: ${DEFAULT-VALUE}).")
  private String roles = "";

  @Option(
      names = "--enable-admin-api",
      description =
          "Let clients delete series, clean up after that and take snapshots (/api/v1/admin/tsdb/).")
  private boolean adminApi;

  @Option(
      names = "--enable-lifecycle",
      description = "Let clients make the process reload and quit (/-/reload, /-/quit).")
  private boolean lifecycle;

  @Option(
      names = "--enable-feature",
      paramLabel = "A,B",
      defaultValue = "",
      description =
          "Parts of PromQL to switch on, by Prometheus' names, besides spec.query.features of the MetricsCluster.")
  private String features = "";

  @Override
  public Integer call() throws Exception {
    long began = ProcessStart.nanos();
    ListenAddress address = ListenAddress.parse(listen);
    Vedette vedette =
        Vedette.start(
            new Vedette.Options(
                address,
                data,
                resources,
                Role.parse(roles),
                adminApi,
                lifecycle,
                LanguageFeature.parse(features)),
            RunCommand::quit);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  vedette.close();
                  stopped.countDown();
                },
                "stop"));
    Welcome.print(System.out, vedette, (System.nanoTime() - began) / 1e9);
    stopped.await();
    return CommandLine.ExitCode.OK;
  }

  /** As a signal would end it; not on the thread that the end waits for. */
  private static void quit() {
    Thread.ofPlatform().name("quit").start(() -> System.exit(CommandLine.ExitCode.OK));
  }
}
