package dev.vedette.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BacklogTest {
  private static final long HOUR = 3_600_000;

  private final Backlog backlog = new Backlog();

  @Test
  void whatIsNotWhollyBeforeTheTimeDoesNotCount() {
    backlog.before(10 * HOUR);

    backlog.stored(10 * HOUR, 5);

    assertThat(backlog.samples()).isZero();
    assertThat(backlog.isFilling(0, 20 * HOUR)).isFalse();
  }

  @Test
  void windowsAreBeingFilledFromTheFirstRequestUntilAFlushIsThrough() {
    backlog.before(10 * HOUR);
    backlog.stored(3 * HOUR, 5);
    assertThat(backlog.isFilling(2 * HOUR, 4 * HOUR - 1)).isTrue();
    assertThat(backlog.isFilling(4 * HOUR, 6 * HOUR - 1)).isFalse();

    long taken = backlog.beginFlush();
    backlog.stored(5 * HOUR, 7);
    assertThat(backlog.isFilling(2 * HOUR, 4 * HOUR - 1)).isTrue();
    backlog.endFlush(taken);

    assertThat(backlog.samples()).isEqualTo(7);
    assertThat(backlog.isFilling(2 * HOUR, 4 * HOUR - 1)).isFalse();
    assertThat(backlog.isFilling(4 * HOUR, 6 * HOUR - 1)).isTrue();
  }

  @Test
  void aFlushThatFailsLeavesItsWindowsToTheNext() {
    backlog.before(10 * HOUR);
    backlog.stored(3 * HOUR, 5);
    backlog.beginFlush();
    assertThat(backlog.samples()).isEqualTo(5);
    assertThat(backlog.isFilling(3 * HOUR, 4 * HOUR)).isTrue();

    backlog.endFlush(backlog.beginFlush());

    assertThat(backlog.samples()).isZero();
    assertThat(backlog.isFilling(0, 10 * HOUR)).isFalse();
  }
}
