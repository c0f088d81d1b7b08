package dev.vedette.tsdb.wal;

import dev.vedette.model.HistogramBytes;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.wal.BodyReader.Malformed;
import java.util.Arrays;

/** Turns bodies of records back into what was written. Confined to one thread. */
final class RecordDecoder {
  private final BodyReader body = new BodyReader();
  private String lastTenantName = "";
  private TenantId lastTenant = TenantId.DEFAULT;
  private long lastStart;

  /** Receives samples. */
  interface Samples {
    void sample(int ref, long timestampMillis, long valueBits);
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

  /** Number of samples of a SAMPLES, STARTED or HISTOGRAMS record, undecoded. */
  int sampleCount(byte[] bytes, int from, int to) throws Malformed {
    body.reset(bytes, from, to);
    body.u32();
    body.i64();
    return body.u32();
  }

  /** Decodes a SAMPLES record and returns how many there were. */
  int samples(byte[] bytes, int from, int to, Samples into) throws Malformed {
    body.reset(bytes, from, to);
    int ref = body.u32() - 1;
    long millis = body.i64();
    int count = body.u32();
    long bits = 0;
    for (int i = 0; i < count; i++) {
      int flag = body.i8();
      ref += (flag & WalFormat.NEXT_REF) != 0 ? 1 : (int) zigzag(body.varint());
      millis += (flag & WalFormat.SAME_TIME) != 0 ? 0 : zigzag(body.varint());
      bits = value((flag & 0xff) >>> WalFormat.CODE_SHIFT, bits);
      into.sample(ref, millis, bits);
    }
    body.finish();
    return count;
  }

  /** Decodes a STARTED record and returns how many samples there were. */
  int started(byte[] bytes, int from, int to, WalVisitor into) throws Malformed {
    body.reset(bytes, from, to);
    int ref = body.u32() - 1;
    long millis = body.i64();
    int count = body.u32();
    long bits = 0;
    lastStart = 0;
    for (int i = 0; i < count; i++) {
      long start = start();
      int flag = body.i8();
      ref += (flag & WalFormat.NEXT_REF) != 0 ? 1 : (int) zigzag(body.varint());
      millis += (flag & WalFormat.SAME_TIME) != 0 ? 0 : zigzag(body.varint());
      bits = value((flag & 0xff) >>> WalFormat.CODE_SHIFT, bits);
      into.sample(ref, millis, bits, start);
    }
    body.finish();
    return count;
  }

  /** Decodes a HISTOGRAMS record and returns how many samples there were. */
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
      int at = body.at();
      try {
        into.histogram(ref, millis, HistogramBytes.decode(bytes, at - size, at), start);
      } catch (InvalidRequest e) {
        throw new Malformed(String.valueOf(e.getMessage()));
      }
    }
    body.finish();
    return count;
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
