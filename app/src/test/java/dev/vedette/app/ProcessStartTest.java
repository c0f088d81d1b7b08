package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessStartTest {
  @Test
  void ageIsUptimeLessStartWhateverTheProcessIsCalled() {
    String stat = "42 (a ) (b) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123450 9 9";
    assertThat(ProcessStart.ageMillis("1236.75 99.0\n", stat)).isEqualTo(2_250);
  }

  @Test
  void thisProcessBeganBeforeNow() {
    assertThat(System.nanoTime() - ProcessStart.nanos()).isPositive();
  }
}
