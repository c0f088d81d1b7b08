package dev.vedette.ingester.discovery;

import dev.vedette.model.TargetSource.FailedPlace;
import java.time.Duration;
import java.util.List;

/**
 * A source of targets that is asked again and again. Calls come from one thread at a time.
 *
 * <p>Looking never throws: where a part of the source cannot be read, its last good answer is given
 * again, and the failure is counted, logged when it begins, and shown.
 */
public interface Discovery {
  /** The label that holds a target's {@code host:port}. */
  String ADDRESS = "__address__";

  /** All targets as of now; blocks while it looks. The same list object where nothing changed. */
  List<TargetGroup> look();

  /** Places that failed at the last look; for any thread. */
  default List<FailedPlace> failures() {
    return List.of();
  }

  /** Time between two looks; zero where one look is enough. */
  Duration interval();
}
