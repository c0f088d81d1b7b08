package dev.vedette.model;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A label set as one run of bytes, the form in which labels travel from a receiver to storage: the
 * {@code labels} fields of a remote write 1.0 {@code TimeSeries}, one after another, each {@code 0A
 * len 0A nameLen name 12 valueLen value} with protobuf varint lengths. A known series is recognised
 * by {@link #hash} of these bytes alone; only a new one is parsed.
 *
 * <p>Two runs of different bytes may name one series (other label order, padded varints); whoever
 * keeps series by hash maps both to it after parsing.
 */
public final class LabelBytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  // Hashes never leave the process, so a secret of its own keeps senders from building collisions.
  private static final SplittableRandom SECRETS = new SplittableRandom(System.nanoTime());
  private static final long SECRET_A = SECRETS.nextLong();
  private static final long SECRET_B = SECRETS.nextLong();
  private static final long SECRET_C = SECRETS.nextLong();
  private static final long SECRET_D = SECRETS.nextLong();
  private static final long SECRET_G = SECRETS.nextLong();

  /** Label sets as runs of these bytes. */
  public static final LabelForm FORM =
      new LabelForm() {
        @Override
        public Labels series(byte[] bytes, int from, int to) {
          return decode(bytes, from, to);
        }

        @Override
        public Labels series(byte[] bytes, int from, int to, LabelTexts texts) {
          return decode(bytes, from, to, texts);
        }

        @Override
        public Labels exemplar(byte[] bytes, int from, int to) {
          return decodeUnnamed(bytes, from, to);
        }
      };

  private LabelBytes() {}

  /**
   * 64 bits over a run of label bytes, by 128-bit multiply and fold of 16 bytes at a time.
   * Allocates nothing. Values differ from one process to the next.
   */
  public static long hash(byte[] bytes, int from, int to) {
    int length = to - from;
    long h = SECRET_A;
    int at = from;
    if (to - at > 32) {
      long g = SECRET_G;
      do {
        h = product((long) LONG.get(bytes, at) ^ SECRET_B, (long) LONG.get(bytes, at + 8) ^ h);
        g =
            product(
                (long) LONG.get(bytes, at + 16) ^ SECRET_A, (long) LONG.get(bytes, at + 24) ^ g);
        at += 32;
      } while (to - at > 32);
      h ^= g;
    }
    if (to - at > 16) {
      h = product((long) LONG.get(bytes, at) ^ SECRET_B, (long) LONG.get(bytes, at + 8) ^ h);
    }
    return product(
        SECRET_A ^ length, product(first(bytes, from, to) ^ SECRET_B, last(bytes, from, to) ^ h));
  }

  /** Another 32 bits, independent of {@link #hash}: together they stand for the label set. */
  public static int check(byte[] bytes, int from, int to) {
    long[] wideCheck = new long[1];
    hash(bytes, from, to, wideCheck, 0);
    return check(wideCheck[0]);
  }

  /** {@link #check(byte[], int, int)} of the 64 bits that stand for it. */
  public static int check(long wideCheck) {
    return (int) (wideCheck >>> 32);
  }

  /**
   * The hash of some parts and one more behind them, from the hashes of both; where to begin is up
   * to the caller. Order matters, and no sender can tell what parts would collide.
   */
  public static long fold(long before, long next) {
    return product(before ^ SECRET_C, next ^ SECRET_D);
  }

  /**
   * The check that goes with {@link #fold}, of the same two hashes; {@code check} is that of the
   * parts before, {@code nextCheck} that of the part behind. As in a pass over bytes, upper halves
   * are summed up in a chain that waits for no multiplication of its own.
   */
  public static long foldCheck(long check, long before, long next, long nextCheck) {
    long high = Math.multiplyHigh(before ^ SECRET_C, next ^ SECRET_D);
    return (Long.rotateLeft(check, 23) + high) ^ nextCheck;
  }

  /**
   * {@link #hash(byte[], int, int)} and a check in one pass over the bytes.
   *
   * <p>No operand of a multiplication may be known to senders: one that is zero would erase what
   * came before. The hash folds both halves of a product into one. The check sums up upper halves
   * in a chain that waits for no multiplication, and so is nearly free.
   *
   * @param wideChecks gets 64 bits at {@code index}, of which {@link #check(long)} are the upper
   *     half, for who {@link #fold}s hashes of parts
   * @return the hash
   */
  public static long hash(byte[] bytes, int from, int to, long[] wideChecks, int index) {
    int length = to - from;
    long h = SECRET_A;
    long check = SECRET_C;
    int at = from;
    if (to - at > 32) {
      // Two chains that do not wait for each other: a fifth less time for 230 bytes of labels.
      long g = SECRET_G;
      do {
        long a = (long) LONG.get(bytes, at) ^ SECRET_B;
        long b = (long) LONG.get(bytes, at + 8) ^ h;
        long c = (long) LONG.get(bytes, at + 16) ^ SECRET_A;
        long d = (long) LONG.get(bytes, at + 24) ^ g;
        long highH = Math.multiplyHigh(a, b);
        long highG = Math.multiplyHigh(c, d);
        h = a * b ^ highH;
        g = c * d ^ highG;
        check = Long.rotateLeft(check, 23) + highH ^ Long.rotateLeft(highG, 41);
        at += 32;
      } while (to - at > 32);
      h ^= g;
      check += g;
    }
    if (to - at > 16) {
      long a = (long) LONG.get(bytes, at) ^ SECRET_B;
      long b = (long) LONG.get(bytes, at + 8) ^ h;
      long high = Math.multiplyHigh(a, b);
      h = a * b ^ high;
      check = Long.rotateLeft(check, 23) + high;
    }
    long first = first(bytes, from, to);
    long last = last(bytes, from, to);
    wideChecks[index] = product(first ^ check, last ^ h ^ SECRET_D ^ length);
    return product(SECRET_A ^ length, product(first ^ SECRET_B, last ^ h));
  }

  /** The last 16 bytes, or what there is, as two numbers that may overlap: this is the first. */
  private static long first(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length >= 16) {
      return (long) LONG.get(bytes, to - 16);
    }
    if (length >= 8) {
      return (long) LONG.get(bytes, from);
    }
    if (length >= 4) {
      return (int) INT.get(bytes, from);
    }
    long few = 0;
    for (int i = from; i < to; i++) {
      few = few << 8 | bytes[i] & 0xff;
    }
    return few;
  }

  private static long last(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length >= 8) {
      return (long) LONG.get(bytes, to - 8);
    }
    return length >= 4 ? (int) INT.get(bytes, to - 4) : 0;
  }

  private static long product(long a, long b) {
    return a * b ^ Math.multiplyHigh(a, b);
  }

  /** The bytes of a label set, labels in its own order. */
  public static byte[] encode(Labels labels) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(labels.size() * 32);
    for (Label label : labels) {
      byte[] name = Utf8.encode(label.name());
      byte[] value = Utf8.encode(label.value());
      out.write(0x0A);
      varint(
          out, 2 + varintSize(name.length) + name.length + varintSize(value.length) + value.length);
      out.write(0x0A);
      varint(out, name.length);
      out.writeBytes(name);
      out.write(0x12);
      varint(out, value.length);
      out.writeBytes(value);
    }
    return out.toByteArray();
  }

  private static int varintSize(int value) {
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }

  private static void varint(ByteArrayOutputStream out, int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      out.write(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  /**
   * Parses and checks a run of label bytes. Labels may be in any order. A label with an empty value
   * is left out, as everywhere. Unknown protobuf fields are skipped.
   *
   * @throws InvalidRequest ({@code invalid-labels}) where the bytes are not such a run or not
   *     UTF-8, a name is empty or comes twice, or no metric name is left
   */
  public static Labels decode(byte[] bytes, int from, int to) {
    return new LabelBytesReader(bytes, from, to, null).read().ofSeries();
  }

  /** The same with texts that mostly came before. */
  public static Labels decode(byte[] bytes, int from, int to, LabelTexts texts) {
    return new LabelBytesReader(bytes, from, to, texts).read().ofSeries();
  }

  /**
   * Whether a run of bytes that {@link #decode} takes is what {@link #encode} makes of its labels.
   * Says no now and then where it is, of labels of 128 bytes and more.
   */
  public static boolean isCanonical(byte[] bytes, int from, int to) {
    int nameFrom = from;
    int nameTo = from;
    int at = from;
    while (at < to) {
      // 0A length 0A length name 12 length value, each length in one byte.
      if (to - at < 6 || bytes[at] != 0x0A || bytes[at + 1] < 0 || bytes[at + 2] != 0x0A) {
        return false;
      }
      int end = at + 2 + bytes[at + 1];
      int name = at + 4;
      int value = name + bytes[at + 3] + 2;
      if (bytes[at + 3] <= 0 || end > to || value >= end || bytes[value - 2] != 0x12) {
        return false;
      }
      boolean ascends =
          nameFrom == nameTo
              || Arrays.compareUnsigned(bytes, nameFrom, nameTo, bytes, name, value - 2) < 0;
      if (bytes[value - 1] != end - value || !ascends) {
        return false;
      }
      nameFrom = name;
      nameTo = value - 2;
      at = end;
    }
    return true;
  }

  /** The same for labels that need no metric name, as those of an exemplar. */
  public static Labels decodeUnnamed(byte[] bytes, int from, int to) {
    return new LabelBytesReader(bytes, from, to, null).read().labels();
  }

  /** A label's name or value; {@link InvalidRequest} ({@code invalid-labels}) where not UTF-8. */
  public static String text(byte[] bytes, int from, int to) {
    try {
      return Utf8.decode(bytes, from, to);
    } catch (CharacterCodingException e) {
      throw new InvalidRequest(
          ErrorId.INVALID_LABELS,
          "a label name or value is not valid UTF-8",
          "send label names and values as UTF-8",
          e);
    }
  }
}
