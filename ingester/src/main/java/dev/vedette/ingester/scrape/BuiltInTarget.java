package dev.vedette.ingester.scrape;

import java.time.Duration;

/**
 * A page of metrics of this process, scraped like any other target.
 *
 * @param job its {@code job} label: {@code vedette} for the process, {@code node} for the machine
 * @param address {@code host:port} it listens on; also its {@code instance} label
 */
public record BuiltInTarget(
    String job, String address, String path, Duration interval, Duration timeout) {
  /** Scraped every 15 s, with 10 s to answer. */
  public static BuiltInTarget of(String job, String address, String path) {
    return new BuiltInTarget(job, address, path, Duration.ofSeconds(15), Duration.ofSeconds(10));
  }

  /** The same target at another interval. */
  public BuiltInTarget every(Duration other) {
    Duration bounded = timeout.compareTo(other) > 0 ? other : timeout;
    return new BuiltInTarget(job, address, path, other, bounded);
  }
}
