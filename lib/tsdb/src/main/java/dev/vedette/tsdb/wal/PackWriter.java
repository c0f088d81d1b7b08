package dev.vedette.tsdb.wal;

import static dev.vedette.tsdb.wal.WalFormat.FRAME_BYTES;
import static dev.vedette.tsdb.wal.WalFormat.INT;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;

/**
 * Writes records into a file as packs: PACKED records, each a run of others under zstd. Neighbours
 * in a log are series of one target, whose labels repeat. Holds about 1 MiB and what zstd takes.
 * One thread.
 */
final class PackWriter implements AutoCloseable {
  /** Records of a pack before compression: most of what repeats, and little to lose with one. */
  static final int PACK_BYTES = 256 << 10;

  // A level that costs less than the disk it saves: a checkpoint is written after every flush.
  private static final int LEVEL = 3;
  private static final int MAX_LENGTH_BYTES = 4;

  private final SegmentWriter into;
  private final ZstdCompressCtx zstd = new ZstdCompressCtx();
  private final WalRecords frames = new WalRecords();
  private final byte[] run;
  private final byte[] packed;
  private int length;

  PackWriter(SegmentWriter into, int packBytes) {
    this.into = into;
    this.run = new byte[packBytes];
    this.packed = new byte[1 + WalFormat.PACK_HEADER_BYTES + (int) Zstd.compressBound(packBytes)];
    // The frame of the log has the checksum, the header of the pack the size.
    zstd.setLevel(LEVEL).setChecksum(false).setContentSize(false).setDictID(false);
  }

  /** Adds records behind those before them; what is not written yet waits for {@link #finish}. */
  void write(WalRecords records) throws IOException {
    byte[] bytes = records.bytes();
    int at = 0;
    while (at < records.sizeBytes()) {
      int size = (int) INT.get(bytes, at);
      add(bytes, at + FRAME_BYTES, size);
      at += FRAME_BYTES + size;
    }
  }

  private void add(byte[] bytes, int from, int size) throws IOException {
    int room = MAX_LENGTH_BYTES + size;
    if (length + room > run.length) {
      finish();
    }
    if (room > run.length) {
      frame(bytes, from, from + size); // Longer than a pack: stands for itself.
      return;
    }
    length = Varint.put(run, length, size);
    System.arraycopy(bytes, from, run, length, size);
    length += size;
  }

  /** Writes the pack begun, if any. */
  void finish() throws IOException {
    if (length == 0) {
      return;
    }
    int body = 1 + WalFormat.PACK_HEADER_BYTES;
    int size = zstd.compressByteArray(packed, body, packed.length - body, run, 0, length);
    packed[0] = WalFormat.PACKED;
    INT.set(packed, 1, length);
    length = 0;
    frame(packed, 0, body + size);
  }

  private void frame(byte[] bytes, int from, int to) throws IOException {
    frames.copy(bytes, from, to);
    into.write(frames.bytes(), frames.sizeBytes());
    frames.clear();
  }

  @Override
  public void close() {
    zstd.close();
  }
}
