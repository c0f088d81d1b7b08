package dev.vedette.querier.http;

import dev.vedette.model.History;

/** A past of which up to some time nothing changes by itself, and behind it everything does. */
final class StubHistory implements History {
  private volatile long untilMillis;
  private volatile long latest;

  StubHistory(long untilMillis) {
    this.untilMillis = untilMillis;
  }

  /** Moves the time on. */
  void advance(long millis) {
    untilMillis += millis;
  }

  /** Changes all of it. */
  void change() {
    latest++;
  }

  @Override
  public Mark mark() {
    return new Mark(latest, untilMillis);
  }

  @Override
  public long unchangedUntil(Mark since, long startMillis, long endMillis) {
    // What was worked out behind the time of its mark may have changed since.
    return since.number() < latest ? Long.MIN_VALUE : Math.min(endMillis, since.settledMillis());
  }
}
