package dev.vedette.ingester.discovery;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers of many places, each kept while its place fails. One thread.
 *
 * @param <K> what names a place
 */
final class LastGood<K> {
  private static final Logger log = LoggerFactory.getLogger(LastGood.class);

  /**
   * Asks one place.
   *
   * @param <K> what names a place
   */
  @FunctionalInterface
  interface Question<K> {
    /** Empty where the place is gone and so are its targets. */
    Optional<TargetGroup> ask(K place) throws IOException;
  }

  private final String mechanism;
  private final DiscoveryMetrics metrics;
  private final Map<K, TargetGroup> answers = new HashMap<>();
  private final Set<K> failing = new HashSet<>();
  private List<TargetGroup> last = List.of();

  LastGood(String mechanism, DiscoveryMetrics metrics) {
    this.mechanism = mechanism;
    this.metrics = metrics;
  }

  /** Asks all places; the same list as before where every answer is. */
  List<TargetGroup> ask(Collection<K> places, Question<K> question) {
    answers.keySet().retainAll(Set.copyOf(places));
    failing.retainAll(Set.copyOf(places));
    List<TargetGroup> groups = new ArrayList<>();
    for (K place : places) {
      ask(place, question).ifPresent(groups::add);
    }
    if (!groups.equals(last)) {
      last = List.copyOf(groups);
    }
    return last;
  }

  private Optional<TargetGroup> ask(K place, Question<K> question) {
    metrics.looked(mechanism);
    try {
      Optional<TargetGroup> answer = question.ask(place);
      answer.ifPresentOrElse(group -> answers.put(place, group), () -> answers.remove(place));
      failing.remove(place);
      return answer;
    } catch (IOException e) {
      metrics.failed(mechanism);
      TargetGroup kept = answers.get(place);
      if (failing.add(place)) {
        log.atWarn()
            .addKeyValue("mechanism", mechanism)
            .addKeyValue("place", place)
            .addKeyValue("targetsKept", kept == null ? 0 : kept.targets().size())
            .setCause(e)
            .log("targets cannot be looked up; those found before stay");
      }
      return Optional.ofNullable(kept);
    }
  }
}
