package dev.vedette.runtime.http;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Who is not ready yet, and why. Each role takes a gate before the server starts and opens it once
 * it can do its work; it may close it again. Safe for all threads.
 */
public final class Readiness {
  private final ConcurrentSkipListMap<String, String> waiting = new ConcurrentSkipListMap<>();

  /** A closed gate of {@code name}; the reason is what {@code /-/ready} says meanwhile. */
  public Gate gate(String name, String reason) {
    waiting.put(name, reason);
    return new Gate(name);
  }

  public boolean isReady() {
    return waiting.isEmpty();
  }

  /** Lines such as {@code storage: replaying the log}, by name; empty when ready. */
  public List<String> reasons() {
    return waiting.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
  }

  /** One role's say in whether the process is ready. */
  public final class Gate {
    private final String name;

    private Gate(String name) {
      this.name = name;
    }

    public void open() {
      waiting.remove(name);
    }

    public void close(String reason) {
      waiting.put(name, reason);
    }
  }
}
