package dev.vedette.tsdb.block;

import java.util.random.RandomGenerator;

/**
 * Names a block: a ULID, 48 bits of creation time and 80 random bits as 26 characters of
 * Crockford's base 32, so that names sort by age. Specification: {@code github.com/ulid/spec}.
 */
public record BlockId(String value) implements Comparable<BlockId> {
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int LENGTH = 26;

  public BlockId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "block id \"%s\" is not a ULID of %d characters".formatted(value, LENGTH));
    }
  }

  /** A new id. Times before 1970 count as 1970. */
  public static BlockId create(long nowMillis, RandomGenerator random) {
    char[] id = new char[LENGTH];
    long time = Math.clamp(nowMillis, 0, (1L << 48) - 1);
    for (int i = 9; i >= 0; i--) {
      id[i] = DIGITS.charAt((int) (time & 31));
      time >>>= 5;
    }
    for (int i = 10; i < LENGTH; i++) {
      id[i] = DIGITS.charAt(random.nextInt(32));
    }
    return new BlockId(new String(id));
  }

  /** When the block was made, or for a merged one the youngest of its sources. */
  public long timeMillis() {
    long time = 0;
    for (int i = 0; i < 10; i++) {
      time = time << 5 | DIGITS.indexOf(value.charAt(i));
    }
    return time;
  }

  public static boolean isValid(String text) {
    if (text.length() != LENGTH || text.charAt(0) > '7') {
      return false;
    }
    return text.chars().allMatch(c -> DIGITS.indexOf(c) >= 0);
  }

  @Override
  public int compareTo(BlockId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
