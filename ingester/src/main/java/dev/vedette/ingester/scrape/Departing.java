package dev.vedette.ingester.scrape;

import dev.vedette.model.Labels;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Targets that went away a moment ago, by their series' labels. One that comes back, perhaps under
 * another URL, goes on where it was: no staleness markers in between. Any thread.
 */
final class Departing {
  private final Map<Labels, TargetLoop> loops = new ConcurrentHashMap<>();

  void add(Labels labels, TargetLoop loop) {
    loops.put(labels, loop);
  }

  void remove(Labels labels, TargetLoop loop) {
    loops.remove(labels, loop);
  }

  /** Takes out what is known of a target with these labels, if it went away and has not ended. */
  Optional<TargetScraper> comeBack(Labels labels) {
    TargetLoop loop = loops.remove(labels);
    return loop == null ? Optional.empty() : loop.takeOver();
  }
}
