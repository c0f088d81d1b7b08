package dev.vedette.runtime.http;

/** What a process lets a client do with it; given to the server only where that is allowed. */
public interface Lifecycle {
  /** Reads the configuration again, and returns what is wrong with it; empty if nothing is. */
  String reload();

  /** Begins to end the process and returns at once. */
  void quit();
}
