package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LabelBytesHashTest {
  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void dependsOnTheBytesAloneAndNotOnWhereTheyLie() {
    for (int length = 0; length < 300; length++) {
      byte[] run = bytes(length);
      byte[] around = bytes(length + 40);
      int at = random.nextInt(40);
      System.arraycopy(run, 0, around, at, length);

      assertThat(LabelBytes.hash(around, at, at + length))
          .isEqualTo(LabelBytes.hash(run, 0, length));
      assertThat(LabelBytes.check(around, at, at + length))
          .isEqualTo(LabelBytes.check(run, 0, length));
    }
  }

  @Test
  void everyBitSwapAndCutGivesAnotherHash() {
    System.out.println("seed " + seed);
    byte[] run = bytes(150);
    Set<Long> hashes = new HashSet<>();
    Set<Long> checks = new HashSet<>();
    int runs = 0;
    for (int length = 0; length <= run.length; length++, runs++) {
      add(Arrays.copyOf(run, length), hashes, checks);
    }
    for (int bit = 0; bit < run.length * 8; bit++, runs++) {
      byte[] flipped = run.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      add(flipped, hashes, checks);
    }
    for (int a = 0; a < run.length - 8; a += 8) {
      for (int b = a + 8; b <= run.length - 8; b += 8, runs++) {
        add(swapped(run, a, b), hashes, checks);
      }
    }

    assertThat(hashes).hasSize(runs);
    assertThat(checks).hasSize(runs);
  }

  private static void add(byte[] run, Set<Long> hashes, Set<Long> checks) {
    long[] check = new long[1];
    long hash = LabelBytes.hash(run, 0, run.length, check, 0);
    hashes.add(hash);
    checks.add(check[0]);
    assertThat(hash).as("in one pass").isEqualTo(LabelBytes.hash(run, 0, run.length));
    assertThat(LabelBytes.check(check[0])).isEqualTo(LabelBytes.check(run, 0, run.length));
  }

  @Test
  void blocksOfZerosAndOfTheMixersConstantsEraseNothing() {
    byte[] constant = {
      (byte) 0xdb, 0x28, (byte) 0xb4, (byte) 0xa0, (byte) 0xd1, 0x7e, 0x03, (byte) 0xe7
    };
    Set<Long> hashes = new HashSet<>();
    Set<Integer> checks = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      byte[] run = new byte[128];
      run[3] = (byte) i;
      for (int at = 16; at < 96; at += 8) {
        System.arraycopy(constant, 0, run, at, 8);
      }
      hashes.add(LabelBytes.hash(run, 0, run.length));
      checks.add(LabelBytes.check(run, 0, run.length));
    }

    assertThat(hashes).hasSize(200);
    assertThat(checks).hasSize(200);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] swapped(byte[] run, int a, int b) {
    byte[] swapped = run.clone();
    System.arraycopy(run, a, swapped, b, 8);
    System.arraycopy(run, b, swapped, a, 8);
    return swapped;
  }
}
