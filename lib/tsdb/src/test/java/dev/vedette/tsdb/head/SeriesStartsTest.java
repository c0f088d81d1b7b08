package dev.vedette.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeriesStartsTest {
  private static final int REF = 7;

  private final SeriesStarts starts = new SeriesStarts();

  @Test
  void thereIsRoomForSixteenChangesAmongTheSamplesInMemoryAndNoMore() {
    starts.change(REF, 0, 1, true);
    for (int change = 1; change <= SeriesStarts.MAX_CHANGES; change++) {
      assertThat(starts.isFull(REF)).as("before change %d", change).isFalse();
      starts.change(REF, change * 10L, change + 1, false);
    }
    assertThat(starts.isFull(REF)).isTrue();
    assertThat(SeriesStarts.MAX_CHANGES).isEqualTo(16);

    long[] found = new long[18];
    long[] times = new long[18];
    for (int i = 0; i < times.length; i++) {
      times[i] = i * 10L;
    }
    SeriesStarts.fill(found, times, 0, 18, starts.current(REF), starts.changes(REF));
    for (int i = 0; i < times.length; i++) {
      assertThat(found[i]).isEqualTo(Math.min(i, 16) + 1);
    }
  }

  @Test
  void samplesThatGoMakeRoomForAnotherChange() {
    starts.change(REF, 0, 1, true);
    for (int change = 1; change <= SeriesStarts.MAX_CHANGES; change++) {
      starts.change(REF, change * 10L, change + 1, false);
    }
    starts.dropThrough(REF, 8);
    assertThat(starts.isFull(REF)).isTrue();
    starts.dropThrough(REF, 9);
    assertThat(starts.isFull(REF)).isFalse();
  }

  @Test
  void whatListsTakeIsCountedAndGivenBack() {
    assertThat(starts.memoryBytes()).isZero();
    starts.change(REF, 0, 1, true);
    long page = starts.memoryBytes();
    assertThat(page).isEqualTo(8L * SeriesRecords.SEGMENT_SIZE);
    starts.change(REF, 10, 2, false);
    long one = starts.memoryBytes() - page;
    assertThat(one).isBetween(4L * 8, 200L);
    starts.change(REF, 20, 3, false);
    starts.change(REF + 1, 20, 3, false);
    assertThat(starts.memoryBytes()).isEqualTo(page + one + 2 * 8 + one);
    starts.dropThrough(REF, 15);
    starts.forget(REF + 1);
    assertThat(starts.memoryBytes()).isEqualTo(page + one);
    starts.dropThrough(REF, 19);
    assertThat(starts.memoryBytes()).isEqualTo(page);
    starts.change(REF, 30, 4, false);
    starts.change(REF, 40, 5, true);
    assertThat(starts.memoryBytes()).isEqualTo(page);
  }
}
