package dev.vedette.ingester.discovery;

import dev.vedette.model.TargetSource.FailedPlace;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers of many places, each kept while its place fails. One thread, but for {@link #failures}.
 *
 * @param <K> what names a place
 */
final class LastGood<K> {
  private static final Logger log = LoggerFactory.getLogger(LastGood.class);
  // What a parser says may hold as much of a file as it likes.
  private static final int MAX_REASON = 500;

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
  private final String wayOut;
  private final Clock clock;
  private final Map<K, TargetGroup> answers = new HashMap<>();
  private final Map<K, FailedPlace> failing = new LinkedHashMap<>();
  private volatile List<FailedPlace> failures = List.of();
  private List<TargetGroup> last = List.of();

  /**
   * @param wayOut what helps where a failure does not say it itself
   */
  LastGood(String mechanism, String wayOut, Clock clock, DiscoveryMetrics metrics) {
    this.mechanism = mechanism;
    this.wayOut = wayOut;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** Asks all places; the same list as before where every answer is. */
  List<TargetGroup> ask(Collection<K> places, Question<K> question) {
    answers.keySet().retainAll(Set.copyOf(places));
    failing.keySet().retainAll(Set.copyOf(places));
    List<TargetGroup> groups = new ArrayList<>();
    for (K place : places) {
      ask(place, question).ifPresent(groups::add);
    }
    if (!groups.equals(last)) {
      last = List.copyOf(groups);
    }
    failures = List.copyOf(failing.values());
    return last;
  }

  /** Places that failed when they were asked last. Any thread. */
  List<FailedPlace> failures() {
    return failures;
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
      FailedPlace before = failing.get(place);
      FailedPlace failed = failed(place, e, before, kept == null ? 0 : kept.targets().size());
      failing.put(place, failed);
      if (before == null) {
        log.atWarn()
            .addKeyValue("mechanism", mechanism)
            .addKeyValue("place", place)
            .addKeyValue("targetsKept", failed.targetsKept())
            .setCause(e)
            .log("targets cannot be looked up; those found before stay");
      }
      return Optional.ofNullable(kept);
    }
  }

  private FailedPlace failed(K place, IOException e, @Nullable FailedPlace before, int kept) {
    return new FailedPlace(
        mechanism,
        place.toString(),
        reason(e),
        e instanceof LookupFailure failure ? failure.wayOut() : wayOut,
        before == null ? clock.instant() : before.since(),
        kept);
  }

  /**
   * Exceptions of files often have no words but the file's name, and say by their own what it is.
   */
  private static String reason(IOException e) {
    boolean isPlain = e instanceof LookupFailure || e.getClass() == IOException.class;
    String message = String.valueOf(e.getMessage());
    String reason = isPlain ? message : e.getClass().getSimpleName() + ": " + message;
    return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
  }
}
