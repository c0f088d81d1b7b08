package dev.vedette.benchmarks.load;

import dev.vedette.benchmarks.load.RequestTemplate.Form;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Sends a number of steps to any receiver of remote write and prints what its process took:
 *
 * <pre>
 * Load url=http://127.0.0.1:9090/api/v1/write pid=4711 [version=2] [data=FOLDER] [instances=50] …
 * </pre>
 *
 * Without {@code data}, a folder of recorded series, values are simulated, {@code series} an
 * instance. {@code end=0} is now.
 */
public final class Load {
  static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("url", "http://127.0.0.1:9090/api/v1/write"),
          Map.entry("pid", "0"),
          Map.entry("data", ""),
          Map.entry("series", "2000"),
          Map.entry("instances", "50"),
          Map.entry("steps", "120"),
          Map.entry("end", "0"),
          Map.entry("interval", "15000"),
          Map.entry("jitter", "0"),
          Map.entry("churn", "0"),
          Map.entry("conns", "4"),
          Map.entry("version", "1"),
          Map.entry("metadata", "0"),
          Map.entry("starts", "0"));

  private Load() {}

  public static void main(String[] words) throws Exception {
    Arguments arguments = Arguments.parse(words, DEFAULTS);
    long interval = arguments.large("interval");
    long end = arguments.large("end");
    if (end == 0) {
      end = System.currentTimeMillis() / interval * interval;
    }
    long steps = arguments.large("steps");
    Sending sending =
        new Sending(
            fleet(arguments),
            plan(arguments, end - steps * interval),
            URI.create(arguments.text("url")));
    ServerProcess server = new ServerProcess(arguments.large("pid"));
    double cpu = server.cpuSeconds();
    long began = System.nanoTime();
    sending.run(steps, () -> false);
    double seconds = (System.nanoTime() - began) / 1e9;
    cpu = server.cpuSeconds() - cpu;
    System.out.printf(
        Locale.ROOT,
        "samples=%d series=%d bytes/sample(wire)=%.2f wall=%.1fs serverCpu=%.2fs samples/cpu-s=%.0f series/cpu-s=%.0f rss=%.0fMB peak=%.0fMB errors=%d%n",
        sending.samples.get(),
        sending.series.get(),
        (double) sending.wireBytes.get() / sending.samples.get(),
        seconds,
        cpu,
        sending.samples.get() / cpu,
        sending.series.get() / cpu,
        server.residentBytes() / 1048576.0,
        server.peakBytes() / 1048576.0,
        sending.errors.get());
  }

  static Fleet fleet(Arguments arguments) throws java.io.IOException {
    return arguments.text("data").isEmpty()
        ? Fleet.simulated(arguments.number("series"))
        : Fleet.recorded(Path.of(arguments.text("data")));
  }

  static Sending.Plan plan(Arguments arguments, long startMillis) {
    return new Sending.Plan(
        arguments.number("instances"),
        startMillis,
        arguments.large("interval"),
        arguments.number("jitter"),
        arguments.number("churn"),
        arguments.number("conns"),
        new Form(
            arguments.number("version"),
            arguments.number("metadata") == 1,
            arguments.number("starts") == 1));
  }
}
