package dev.vedette.e2e.ui;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.vedette.e2e.Server;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One server with data and one browser for all tests of the pages; both end with the last test. */
final class Browsing implements BeforeAllCallback, ParameterResolver {
  private static final Namespace SPACE = Namespace.create(Browsing.class);
  private static final double PATIENCE_MILLIS = 20_000;

  /** What the tests share. */
  record Shared(Server server, Playwright playwright, Browser browser, Path data, long seededMillis)
      implements AutoCloseable {
    URI address() {
      return server.address();
    }

    @Override
    public void close() throws Exception {
      browser.close();
      playwright.close();
      server.close();
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Optional<Path> chromium = chromium();
    Assumptions.assumeTrue(
        chromium.isPresent(),
        "no Chromium on the PATH, so the pages are not tested; Debian: apt-get install chromium");
    context
        .getRoot()
        .getStore(SPACE)
        .getOrComputeIfAbsent(Shared.class, _ -> start(chromium.orElseThrow()), Shared.class);
  }

  private static Shared start(Path chromium) {
    try {
      Path data = Files.createTempDirectory("vedette-pages");
      Path wrong =
          Files.writeString(data.resolve("wrong-targets.yml"), "- targets: nothing but words\n");
      Path resources = Files.createDirectories(data.resolve("resources"));
      Files.writeString(
          resources.resolve("resources.yaml"),
          """
          apiVersion: vedette.dev/v1alpha1
          kind: MetricsCluster
          metadata:
            name: test
          spec:
            selfMonitoring:
              interval: 1s
          ---
          apiVersion: vedette.dev/v1alpha1
          kind: ScrapeTarget
          metadata:
            name: broken
          spec:
            static:
              targets: ["127.0.0.1:1"]
            interval: 1s
          ---
          apiVersion: vedette.dev/v1alpha1
          kind: ScrapeTarget
          metadata:
            name: listed
          spec:
            files:
              paths: ["%s"]
          """
              .formatted(wrong));
      Server server = Server.start(data.resolve("data"), "--resources", resources.toString());
      long seeded = System.currentTimeMillis();
      Seed.write(server, seeded);
      PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
      Playwright playwright =
          Playwright.create(
              new Playwright.CreateOptions()
                  .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
      // Without a sandbox of its own: CI runs as root, and the only pages are ours.
      Browser browser =
          playwright
              .chromium()
              .launch(
                  new BrowserType.LaunchOptions()
                      .setExecutablePath(chromium)
                      .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
      return new Shared(server, playwright, browser, data, seeded);
    } catch (Exception e) {
      throw new IllegalStateException("the pages cannot be tested", e);
    }
  }

  private static Optional<Path> chromium() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Shared.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getRoot().getStore(SPACE).get(Shared.class, Shared.class);
  }
}
