package dev.vedette.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Texts of labels met lately, so that a name or value that comes again with the next series is the
 * same string: nothing is decoded or allocated for it, and its hash is known to every map. A fixed
 * number of slots, where a text takes the place of the one before. One thread at a time.
 */
public final class LabelTexts {
  private static final int SLOT_BITS = 13;
  private static final int LONGEST = 128;

  private final byte[] @Nullable [] keys = new byte[1 << SLOT_BITS][];
  private final @Nullable String[] texts = new String[1 << SLOT_BITS];

  /** As {@link LabelBytes#text}, and like it refuses what is not UTF-8. */
  public String text(byte[] bytes, int from, int to) {
    if (to - from > LONGEST) {
      return LabelBytes.text(bytes, from, to);
    }
    int slot = (int) (LabelBytes.hash(bytes, from, to) >>> Long.SIZE - SLOT_BITS);
    byte[] key = keys[slot];
    String known = texts[slot];
    if (key != null && known != null && Arrays.equals(key, 0, key.length, bytes, from, to)) {
      return known;
    }
    String text = LabelBytes.text(bytes, from, to);
    keys[slot] = Arrays.copyOfRange(bytes, from, to);
    texts[slot] = text;
    return text;
  }
}
