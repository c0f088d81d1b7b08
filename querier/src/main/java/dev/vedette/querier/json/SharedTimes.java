package dev.vedette.querier.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What samples begin with, {@code [seconds,"}, for the times that series of a result share: each
 * has one array of them where there are no gaps. Made when an array comes a second time in a row,
 * so that what is not shared costs nothing. One thread.
 */
final class SharedTimes {
  // Steps of a range query are fewer; what has more are samples of one series.
  private static final int MOST = 1 << 14;
  private static final int TEXT_BYTES = 18;

  private long @Nullable [] before;
  private boolean isMade;
  private byte[] texts = new byte[0];
  // Where the text of each time ends.
  private int[] ends = new int[0];

  /** Whether there are texts of these very times now. */
  boolean have(long[] timestamps, SampleText text) {
    boolean isSame = timestamps == before;
    if (!isSame) {
      before = timestamps;
      isMade = false;
    } else if (!isMade && timestamps.length <= MOST) {
      make(timestamps, text);
      isMade = true;
    }
    return isMade;
  }

  private void make(long[] timestamps, SampleText text) {
    texts = new byte[timestamps.length * TEXT_BYTES];
    ends = new int[timestamps.length];
    int at = 0;
    for (int i = 0; i < timestamps.length; i++) {
      if (texts.length - at < SampleText.MAX_LENGTH + 3) {
        texts = Arrays.copyOf(texts, texts.length * 2 + SampleText.MAX_LENGTH + 3);
      }
      at = start(timestamps[i], text, texts, at);
      ends[i] = at;
    }
  }

  /** Writes the beginning of one sample and returns the position behind it. */
  static int start(long timestampMillis, SampleText text, byte[] to, int at) {
    to[at] = '[';
    int next = text.time(timestampMillis, to, at + 1);
    to[next++] = ',';
    to[next++] = '"';
    return next;
  }

  /** Writes what sample {@code i} begins with and returns the position behind it. */
  int copy(int i, byte[] to, int at) {
    int from = i == 0 ? 0 : ends[i - 1];
    int length = ends[i] - from;
    System.arraycopy(texts, from, to, at, length);
    return at + length;
  }
}
