package dev.vedette.benchmarks.load;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Full load of remote write with queries beside, for a given time. Prints a line a minute, and at
 * the end whether memory, cost a sample, bytes a sample and latency stayed what they were: the last
 * quarter of the time beside the second one, and of the disk beside the third: tiers follow samples
 * by half a simulated day, so that on disk a sample grows at first, less and less. The exit status
 * is 1 where something grew or failed.
 *
 * <p>Simulated time begins {@code days} ago and goes forward as fast as samples are taken, some
 * fifty times faster than the clock: flushes, merges and tiers have that much more to do, too.
 */
public final class Soak {
  // Quarters of the time.
  private static final int SECOND = 2;
  private static final int THIRD = 3;

  private static final String[] QUERIES = {
    "sum by (job) (rate(load_device_14_family_0_total[5m]))",
    "count({job=\"load\",instance=~\"host-1(-.*)?[.]example:9100\"})",
    "max by (instance) (load_device_18_family_0_value)",
    "topk(5, rate(load_device_15_family_0_total[1m]))",
    "avg_over_time(load_device_19_family_0_value{instance=~\"host-1.*\"}[10m])",
  };
  private static final double MIB = 1048576.0;

  private record Minute(
      double samples,
      double cpuSeconds,
      double residentBytes,
      double anonymousBytes,
      double diskBytes,
      double allSamples,
      double p50Millis,
      double p99Millis,
      int queries) {}

  private final Sending sending;
  private final ServerProcess server;
  private final Path data;
  private final URI uri;
  private final long seconds;
  private final List<Double> latencies = new ArrayList<>();
  private final List<Minute> minutes = new ArrayList<>();
  private volatile boolean hasBegun;
  private int queryErrors;
  private final long began = System.nanoTime();

  private Soak(Sending sending, ServerProcess server, Path data, URI uri, long seconds) {
    this.sending = sending;
    this.server = server;
    this.data = data;
    this.uri = uri;
    this.seconds = seconds;
  }

  public static void main(String[] words) throws Exception {
    Map<String, String> defaults = new HashMap<>(Load.DEFAULTS);
    defaults.putAll(
        Map.of("seconds", "3600", "minute", "60", "days", "10", "folder", ".", "instances", "100"));
    Arguments arguments = Arguments.parse(words, defaults);
    long interval = arguments.large("interval");
    long start =
        System.currentTimeMillis() / interval * interval
            - TimeUnit.DAYS.toMillis(arguments.large("days"));
    URI uri = URI.create(arguments.text("url"));
    Sending sending = new Sending(Load.fleet(arguments), Load.plan(arguments, start), uri);
    Soak soak =
        new Soak(
            sending,
            new ServerProcess(arguments.large("pid")),
            Path.of(arguments.text("folder")),
            uri,
            arguments.large("seconds"));
    System.exit(soak.run(arguments.large("minute")) ? 0 : 1);
  }

  private boolean run(long minuteSeconds) throws Exception {
    Thread asking = Thread.ofPlatform().daemon().name("queries").start(this::ask);
    Thread telling = Thread.ofPlatform().daemon().name("minutes").start(() -> tell(minuteSeconds));
    sending.run(Long.MAX_VALUE / 1_000_000_000, this::isOver);
    asking.join();
    telling.join();
    return judge();
  }

  private boolean isOver() {
    return elapsed() >= seconds;
  }

  private double elapsed() {
    return (System.nanoTime() - began) / 1e9;
  }

  /** One query after the other, four a second at most, over the last hour of simulated time. */
  private void ask() {
    try (Connection connection = new Connection(uri)) {
      for (int i = 0; !isOver(); i++) {
        Thread.sleep(250);
        long end = sending.newestMillis() / 1000;
        String query = URLEncoder.encode(QUERIES[i % QUERIES.length], StandardCharsets.UTF_8);
        long asked = System.nanoTime();
        int status =
            connection.get(
                "/api/v1/query_range?step=60&start="
                    + (end - 3600)
                    + "&end="
                    + end
                    + "&query="
                    + query);
        note(status, connection.body(), (System.nanoTime() - asked) / 1e6);
      }
    } catch (IOException e) {
      queryErrors++;
      System.err.println("the connection of queries ended: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** An empty answer is an error after the first line: rates need some samples first. */
  private void note(int status, String body, double millis) {
    synchronized (latencies) {
      latencies.add(millis);
    }
    boolean isEmpty = body.contains("\"result\":[]");
    if (status != 200 || isEmpty && hasBegun) {
      queryErrors++;
      System.err.println("a query was answered " + status + " " + body);
    }
  }

  private void tell(long minuteSeconds) {
    System.out.println(
        "  minute   million samples  a second   ns/sample   cores     rss    anon   disk MiB  B/sample   queries   p50 ms   p99 ms");
    double samples = 0;
    double cpu = 0;
    double at = 0;
    try {
      cpu = server.cpuSeconds();
      for (int i = 1; i * minuteSeconds <= seconds; i++) {
        Thread.sleep(Math.max(0, (long) ((i * minuteSeconds - elapsed()) * 1000)));
        double now = elapsed();
        double all = sending.samples.get();
        double allCpu = server.cpuSeconds();
        Minute minute = minute(all - samples, allCpu - cpu, all);
        print(i, minute, now - at);
        minutes.add(minute);
        hasBegun = true;
        samples = all;
        cpu = allCpu;
        at = now;
      }
    } catch (IOException e) {
      System.err.println("the server is gone: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Minute minute(double samples, double cpu, double all) throws IOException {
    List<Double> sorted;
    synchronized (latencies) {
      sorted = new ArrayList<>(latencies);
      latencies.clear();
    }
    Collections.sort(sorted);
    return new Minute(
        samples,
        cpu,
        server.residentBytes(),
        server.anonymousBytes(),
        ServerProcess.bytesBelow(data),
        all,
        at(sorted, 0.5),
        at(sorted, 0.99),
        sorted.size());
  }

  private static double at(List<Double> sorted, double share) {
    return sorted.isEmpty() ? 0 : sorted.get((int) (share * (sorted.size() - 1)));
  }

  private static void print(int number, Minute m, double wall) {
    System.out.printf(
        Locale.ROOT,
        "%8d %17.1f %9.0f %11.0f %7.2f %7.0f %7.0f %10.1f %9.4f %9d %8.1f %8.1f%n",
        number,
        m.allSamples / 1e6,
        m.samples / wall,
        m.cpuSeconds / m.samples * 1e9,
        m.cpuSeconds / wall,
        m.residentBytes / MIB,
        m.anonymousBytes / MIB,
        m.diskBytes / MIB,
        m.diskBytes / m.allSamples,
        m.queries,
        m.p50Millis,
        m.p99Millis);
  }

  private boolean judge() {
    boolean flat = minutes.size() >= 4;
    if (!flat) {
      System.out.println("too short to judge: at least four lines are needed");
    }
    // What else is resident are mapped blocks, as many as there are: the kernel takes those back.
    flat &=
        judge("anonymous memory, most", 1.10, SECOND, list -> most(list, Minute::anonymousBytes));
    flat &=
        judge(
            "CPU a sample",
            1.15,
            SECOND,
            list -> sum(list, Minute::cpuSeconds) / sum(list, Minute::samples));
    flat &=
        judge(
            "bytes on disk a sample, mean",
            1.10,
            THIRD,
            list -> sum(list, minute -> minute.diskBytes / minute.allSamples));
    flat &= judge("median latency of queries", 1.50, SECOND, list -> sum(list, Minute::p50Millis));
    System.out.printf("errors of writes %d, of queries %d%n", sending.errors.get(), queryErrors);
    flat &= sending.errors.get() == 0 && queryErrors == 0;
    System.out.println(flat ? "FLAT" : "NOT FLAT");
    return flat;
  }

  /** The last quarter beside an earlier one. */
  private boolean judge(
      String what, double bound, int earlier, ToDoubleFunction<List<Minute>> figure) {
    int quarter = minutes.size() / 4;
    if (quarter == 0) {
      return false;
    }
    double before =
        figure.applyAsDouble(minutes.subList((earlier - 1) * quarter, earlier * quarter));
    double after = figure.applyAsDouble(minutes.subList(minutes.size() - quarter, minutes.size()));
    boolean holds = after <= before * bound;
    System.out.printf(
        Locale.ROOT,
        "%-30s last quarter %.3f x the %s, at most %.2f: %s%n",
        what,
        after / before,
        earlier == SECOND ? "second" : "third",
        bound,
        holds ? "flat" : "GROWS");
    return holds;
  }

  private static double most(List<Minute> list, ToDoubleFunction<Minute> figure) {
    return list.stream().mapToDouble(figure).max().orElse(0);
  }

  private static double sum(List<Minute> list, ToDoubleFunction<Minute> figure) {
    return list.stream().mapToDouble(figure).sum();
  }
}
