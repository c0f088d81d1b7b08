package dev.vedette.benchmarks.load;

import dev.vedette.benchmarks.load.RequestTemplate.Form;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.xerial.snappy.Snappy;

/**
 * Sends a fleet's samples by remote write over some connections, a request an instance and step, as
 * fast as they are taken. Steps go forward in simulated time and never pass the clock.
 */
final class Sending {
  /**
   * What to send.
   *
   * @param instances machines of the fleet
   * @param churnPercent of the machines that are replaced by new ones in an hour of simulated time
   * @param jitterMillis each request is late by a random time below this
   */
  record Plan(
      int instances,
      long startMillis,
      long intervalMillis,
      int jitterMillis,
      int churnPercent,
      int connections,
      Form form) {}

  private static final int REFUSALS_SHOWN = 3;
  private static final long HOUR_MILLIS = 3_600_000;

  private final Fleet fleet;
  private final Plan plan;
  private final URI uri;
  private final Machine[] machines;
  private final SplittableRandom random = new SplittableRandom(1);
  private final AtomicLong turn = new AtomicLong();
  final AtomicLong samples = new AtomicLong();
  final AtomicLong wireBytes = new AtomicLong();
  final AtomicLong series = new AtomicLong();
  final AtomicLong errors = new AtomicLong();
  private volatile long newestMillis;

  Sending(Fleet fleet, Plan plan, URI uri) {
    this.fleet = fleet;
    this.plan = plan;
    this.uri = uri;
    this.machines = new Machine[plan.instances];
    for (int i = 0; i < machines.length; i++) {
      machines[i] = new Machine(i);
    }
  }

  /** One machine and, with churn, those that come after it. */
  private final class Machine {
    private final int number;
    private long generation = -1;
    private RequestTemplate template;

    Machine(int number) {
      this.number = number;
      this.template = template(0);
      generation = generation(0);
    }

    private RequestTemplate template(long generation) {
      String name = "host-" + number + (generation == 0 ? "" : "-" + generation) + ".example:9100";
      series.addAndGet(fleet.series());
      return new RequestTemplate(fleet, number, name, plan.form, plan.startMillis);
    }

    /** Which one it is after some steps; they do not change all at once. */
    private long generation(long step) {
      if (plan.churnPercent == 0) {
        return 0;
      }
      long life = HOUR_MILLIS * 100 / plan.churnPercent;
      return (step * plan.intervalMillis + life * number / plan.instances) / life;
    }

    RequestTemplate at(long step) {
      long now = generation(step);
      if (now != generation) {
        generation = now;
        template = template(now);
      }
      return template;
    }
  }

  /** Sends until there are no more steps or it is time; returns when all is answered. */
  void run(long steps, BooleanSupplier isOver) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < plan.connections; i++) {
      threads.add(Thread.ofPlatform().name("sender-" + i).start(() -> sendAll(steps, isOver)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** The newest step that was sent by then. */
  long newestMillis() {
    return newestMillis;
  }

  private void sendAll(long steps, BooleanSupplier isOver) {
    byte[] compressed = new byte[0];
    try (Connection connection = new Connection(uri)) {
      while (!isOver.getAsBoolean()) {
        long next = turn.getAndIncrement();
        long step = next / machines.length;
        if (step >= steps) {
          return;
        }
        Machine machine = machines[(int) (next % machines.length)];
        long millis = plan.startMillis + step * plan.intervalMillis;
        waitFor(millis);
        synchronized (machine) {
          RequestTemplate template = machine.at(step);
          int count = template.fill(step, millis + late());
          int bound = Snappy.maxCompressedLength(template.length());
          if (compressed.length < bound) {
            compressed = new byte[bound];
          }
          int length = Snappy.compress(template.bytes(), 0, template.length(), compressed, 0);
          send(connection, compressed, length);
          samples.addAndGet(count);
          wireBytes.addAndGet(length);
          newestMillis = Math.max(newestMillis, millis);
        }
      }
    } catch (IOException e) {
      errors.incrementAndGet();
      System.err.println("a connection ended: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void waitFor(long millis) throws InterruptedException {
    long early = millis - System.currentTimeMillis();
    if (early > 0) {
      Thread.sleep(early);
    }
  }

  private int late() {
    if (plan.jitterMillis == 0) {
      return 0;
    }
    synchronized (random) {
      return random.nextInt(plan.jitterMillis);
    }
  }

  /** Until it is taken, as senders do; what is refused for good counts as an error. */
  private void send(Connection connection, byte[] body, int length)
      throws IOException, InterruptedException {
    String headers =
        plan.form.version() == 1
            ? "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\n"
                + "X-Prometheus-Remote-Write-Version: 0.1.0\r\n"
            : "Content-Type: application/x-protobuf;proto=io.prometheus.write.v2.Request\r\n"
                + "Content-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: 2.0.0\r\n";
    String path = uri.getRawPath();
    int status = connection.post(path, headers, body, length);
    while (status == 429 || status >= 500) {
      note(status, connection);
      Thread.sleep(50);
      status = connection.post(path, headers, body, length);
    }
    if (status / 100 != 2) {
      note(status, connection);
    }
  }

  private void note(int status, Connection connection) {
    if (errors.incrementAndGet() <= REFUSALS_SHOWN) {
      System.err.println(status + " " + connection.body());
    }
  }
}
