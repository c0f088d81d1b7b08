package dev.vedette.tsdb.wal;

import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramBytes;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.wal.BodyReader.Malformed;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Turns bodies of records back into what was written, in the order of the log, of which it keeps
 * the last histogram of each series that is alive: some 170 bytes and 8 for each bucket, and 100
 * more where no other has its layout. Confined to one thread.
 */
final class RecordDecoder {
  /** The last histogram of a series. */
  private record Base(long millis, Histogram histogram) {}

  // What one takes besides its columns, its share of a layout included.
  private static final int BASE_BYTES = 170;

  private final BodyReader body = new BodyReader();
  private String lastTenantName = "";
  private TenantId lastTenant = TenantId.DEFAULT;
  private long lastStart;
  private final Map<Integer, Base> bases = new HashMap<>();
  private long baseBytes;
  private final LayoutPool layouts = new LayoutPool();
  private final IntPredicate isAlive;

  /** Receives the last histograms of series. */
  interface Bases {
    void base(int ref, long timestampMillis, Histogram histogram) throws IOException;
  }

  /** Receives the newest samples of series. */
  interface Samples {
    void sample(int ref, long timestampMillis, long valueBits);
  }

  /** One that takes all series for alive. */
  RecordDecoder() {
    this(ref -> true);
  }

  /**
   * One that keeps the last histograms of some series only.
   *
   * @param isAlive whether a ref is that of a series whose histograms are worth knowing; changes of
   *     those of others are passed over
   */
  RecordDecoder(IntPredicate isAlive) {
    this.isAlive = isAlive;
  }

  /** Ref of a SERIES record. */
  int seriesRef(byte[] bytes, int from, int to) throws Malformed {
    body.reset(bytes, from, to);
    return body.u32();
  }

  void series(byte[] bytes, int from, int to, WalVisitor visitor) throws Malformed {
    body.reset(bytes, from, to);
    int ref = body.u32();
    TenantId tenant = tenant();
    visitor.series(ref, tenant, bytes, body.at(), to);
  }

  void metadata(byte[] bytes, int from, int to, WalVisitor visitor) throws Malformed {
    body.reset(bytes, from, to);
    TenantId tenant = tenant();
    MetricType type = MetadataCodec.type(body.i8());
    String family = body.string();
    String help = body.string();
    String unit = body.string();
    body.finish();
    visitor.metadata(tenant, new MetricMetadata(family, type, help, unit));
  }

  void exemplar(byte[] bytes, int from, int to, WalVisitor visitor) throws Malformed {
    body.reset(bytes, from, to);
    int ref = body.u32();
    long millis = body.i64();
    long bits = body.i64();
    visitor.exemplar(ref, millis, bits, Arrays.copyOfRange(bytes, body.at(), to));
  }

  void newest(byte[] bytes, int from, int to, Samples into) throws Malformed {
    body.reset(bytes, from, to);
    int ref = body.u32();
    long millis = body.i64();
    long bits = body.i64();
    body.finish();
    into.sample(ref, millis, bits);
  }

  /** Number of samples of a SAMPLES or HISTOGRAMS record, undecoded. */
  int sampleCount(byte[] bytes, int from, int to) throws Malformed {
    body.reset(bytes, from, to);
    body.u32();
    body.i64();
    return body.u32();
  }

  /** Decodes a SAMPLES record and returns how many there were. */
  int samples(byte[] bytes, int from, int to, WalVisitor into) throws Malformed {
    body.reset(bytes, from, to);
    int ref = body.u32() - 1;
    long millis = body.i64();
    int count = body.u32();
    long bits = 0;
    lastStart = 0;
    for (int i = 0; i < count; i++) {
      int flag = body.i8() & 0xff;
      boolean hasStart = flag >>> WalFormat.CODE_SHIFT > WalFormat.LAST_CODE;
      if (hasStart) {
        startBefore(flag);
        flag = body.i8() & 0xff;
      }
      ref += (flag & WalFormat.NEXT_REF) != 0 ? 1 : (int) zigzag(body.varint());
      millis += (flag & WalFormat.SAME_TIME) != 0 ? 0 : zigzag(body.varint());
      bits = value(flag >>> WalFormat.CODE_SHIFT, bits);
      if (hasStart) {
        into.sample(ref, millis, bits, lastStart);
      } else {
        into.sample(ref, millis, bits);
      }
    }
    body.finish();
    return count;
  }

  /** The start timestamp in front of a sample. */
  private void startBefore(int flag) throws Malformed {
    switch (flag) {
      case WalFormat.CODE_STARTED << WalFormat.CODE_SHIFT -> {}
      case WalFormat.CODE_OTHER_START << WalFormat.CODE_SHIFT -> lastStart += zigzag(body.varint());
      default -> throw new Malformed("flags of a sample " + flag);
    }
  }

  /**
   * Decodes a HISTOGRAMS record and returns how many samples there were. A change of a sample that
   * was lost is given to {@link WalVisitor#lostHistogram}; one that is older than what the series
   * has now is a record that was written twice, and left out.
   */
  int histograms(byte[] bytes, int from, int to, WalVisitor into) throws Malformed {
    body.reset(bytes, from, to);
    int ref = body.u32() - 1;
    long millis = body.i64();
    int count = body.u32();
    lastStart = 0;
    for (int i = 0; i < count; i++) {
      ref += (int) zigzag(body.varint());
      millis += zigzag(body.varint());
      long start = start();
      int size = body.run();
      Histogram histogram = size == WalFormat.CHANGE ? change(ref, millis) : whole(bytes, size);
      if (histogram != null) {
        keep(ref, millis, histogram);
        into.histogram(ref, millis, histogram, start);
      } else if (isAlive.test(ref) && isAfterBase(ref, millis)) {
        into.lostHistogram(ref, millis);
      }
    }
    body.finish();
    return count;
  }

  private void keep(int ref, long millis, Histogram histogram) {
    if (isAlive.test(ref)) {
      Base last = bases.put(ref, new Base(millis, histogram));
      baseBytes += bytes(histogram) - (last == null ? 0 : bytes(last.histogram));
    }
  }

  private static long bytes(Histogram histogram) {
    return BASE_BYTES + 8L * histogram.layout().columns();
  }

  /** About what the last histograms of series take in memory. */
  long baseBytes() {
    return baseBytes;
  }

  private Histogram whole(byte[] bytes, int size) throws Malformed {
    try {
      return layouts.shared(HistogramBytes.decode(bytes, body.at() - size, body.at()));
    } catch (InvalidRequest e) {
      throw new Malformed(String.valueOf(e.getMessage()));
    }
  }

  /** The histogram that a change makes; null where that which it changes is not the last one. */
  private @Nullable Histogram change(int ref, long millis) throws Malformed {
    long beforeMillis = millis - body.varint();
    int size = body.run();
    Base base = bases.get(ref);
    if (base == null || base.millis != beforeMillis) {
      return null;
    }
    int end = body.at();
    body.back(size);
    return HistogramChange.decode(body, end, base.histogram);
  }

  private boolean isAfterBase(int ref, long millis) {
    Base base = bases.get(ref);
    return base == null || millis > base.millis;
  }

  /** Takes in a BASES record. */
  void bases(byte[] bytes, int from, int to) throws Malformed {
    body.reset(bytes, from, to);
    int ref = body.u32() - 1;
    long millis = body.i64();
    int count = body.u32();
    for (int i = 0; i < count; i++) {
      ref += (int) zigzag(body.varint());
      millis += zigzag(body.varint());
      start();
      keep(ref, millis, whole(bytes, body.run()));
    }
    body.finish();
  }

  /** Passes on the last histogram of each series alive, which later ones may be changes of. */
  void forEachBase(Bases into) throws IOException {
    for (Map.Entry<Integer, Base> entry : bases.entrySet()) {
      into.base(entry.getKey(), entry.getValue().millis, entry.getValue().histogram);
    }
  }

  private long start() throws Malformed {
    byte code = body.i8();
    switch (code) {
      case WalFormat.NO_START -> {
        return 0;
      }
      case WalFormat.SAME_START -> {}
      case WalFormat.OTHER_START -> lastStart += zigzag(body.varint());
      default -> throw new Malformed("start timestamp code " + code);
    }
    return lastStart;
  }

  private long value(int code, long last) throws Malformed {
    if (code < WalFormat.CODE_SMALL) {
      return Double.doubleToRawLongBits(code);
    }
    if (code == WalFormat.CODE_SAME) {
      return last;
    }
    if (code == WalFormat.CODE_STALE) {
      return SpecialValues.STALE_BITS;
    }
    if (code == WalFormat.CODE_NAN) {
      return SpecialValues.NAN_BITS;
    }
    if (code <= WalFormat.CODE_NEGATIVE) {
      return Double.doubleToRawLongBits(body.fixed(code - WalFormat.CODE_POSITIVE));
    }
    if (code <= WalFormat.CODE_RAW) {
      return Double.doubleToRawLongBits(-body.fixed(code - WalFormat.CODE_NEGATIVE));
    }
    if (code > WalFormat.LAST_CODE) {
      throw new Malformed("value code " + code);
    }
    int size = code - WalFormat.CODE_RAW;
    return body.fixed(size) << 64 - 8 * size;
  }

  private static long zigzag(long value) {
    return value >>> 1 ^ -(value & 1);
  }

  private TenantId tenant() throws Malformed {
    String name = body.string();
    if (!name.equals(lastTenantName)) {
      if (name.isEmpty() || name.length() > 150) {
        throw new Malformed("a tenant id of %d characters".formatted(name.length()));
      }
      lastTenant = new TenantId(name);
      lastTenantName = name;
    }
    return lastTenant;
  }
}
