package dev.vedette.ingester.scrape;

import dev.vedette.model.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.PriorityQueue;

/** Time that passes when a test says so; tasks run on the thread that lets it pass. */
final class FakeTime extends Clock implements Timers, Ticker {
  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long created;

  private record Task(Instant at, long number, Runnable run) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      int order = at.compareTo(other.at);
      return order == 0 ? Long.compare(number, other.number) : order;
    }
  }

  /** Lets time pass; everything due runs in order, each at its own time. */
  void advance(Duration by) {
    Instant until = instant().plus(by);
    for (Task task = due(until); task != null; task = due(until)) {
      task.run.run();
    }
    synchronized (this) {
      now = now.isBefore(until) ? until : now;
    }
  }

  private synchronized Task due(Instant until) {
    Task first = tasks.peek();
    if (first == null || first.at.isAfter(until)) {
      return null;
    }
    now = now.isBefore(first.at) ? first.at : now;
    return tasks.poll();
  }

  @Override
  public synchronized Timer after(Duration delay, Runnable task) {
    Task waiting = new Task(now.plus(delay.isNegative() ? Duration.ZERO : delay), created++, task);
    tasks.add(waiting);
    return () -> cancel(waiting);
  }

  private synchronized void cancel(Task task) {
    tasks.remove(task);
  }

  @Override
  public synchronized void close() {
    tasks.clear();
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public long nanos() {
    Instant at = instant();
    return at.getEpochSecond() * 1_000_000_000L + at.getNano();
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
