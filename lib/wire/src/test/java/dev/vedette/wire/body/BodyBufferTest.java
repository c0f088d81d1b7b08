package dev.vedette.wire.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.xerial.snappy.Snappy;

class BodyBufferTest {
  private static final int BOUND = 1 << 20;

  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);
  private final BodyBuffer buffer = new BodyBuffer(BOUND);

  @ParameterizedTest
  @EnumSource
  void givesBackWhatWasCompressed(ContentCoding coding) throws IOException {
    for (int length : new int[] {0, 1, 1000, 65_536, 65_537, 300_000, BOUND}) {
      byte[] plain = compressible(length);
      byte[] sent = compress(coding, plain);
      byte[] around = new byte[sent.length + 7];
      System.arraycopy(sent, 0, around, 3, sent.length);

      buffer.decompress(coding, around, 3, 3 + sent.length);

      assertThat(Arrays.copyOf(buffer.bytes(), buffer.length())).isEqualTo(plain);
      assertThat(buffer.mostBytes(coding, around, 3, 3 + sent.length)).isBetween(length, BOUND);
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhatIsLargerThanTheBoundWithoutTakingTheMemory(ContentCoding coding)
      throws IOException {
    byte[] sent = compress(coding, compressible(BOUND + 1));

    assertThatThrownBy(() -> buffer.decompress(coding, sent, 0, sent.length))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.BODY_TOO_LARGE))
        .hasMessageContaining("more than 1048576 bytes");
    assertThat(buffer.capacity()).isLessThanOrEqualTo(BOUND);
  }

  @Test
  void aDeclaredLengthIsNotBelieved() {
    byte[] fourGigabytes = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 0, 0};

    assertThatThrownBy(() -> buffer.decompress(ContentCoding.SNAPPY, fourGigabytes, 0, 7))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.BODY_TOO_LARGE));
    assertThat(buffer.capacity()).isZero();
  }

  @Test
  void zstdWithoutADeclaredLengthIsReadPieceByPiece() throws IOException {
    byte[] plain = compressible(200_000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream zstd = new ZstdOutputStream(out)) {
      zstd.write(plain);
    }
    assertThat(Zstd.getFrameContentSize(out.toByteArray())).isLessThanOrEqualTo(0);

    buffer.decompress(ContentCoding.ZSTD, out.toByteArray(), 0, out.size());

    assertThat(Arrays.copyOf(buffer.bytes(), buffer.length())).isEqualTo(plain);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "IDENTITY")
  void damagedBodiesAreRefusedOrReadNeverAnythingElse(ContentCoding coding) throws IOException {
    System.out.println("seed " + seed);
    byte[] sent = compress(coding, compressible(5_000));
    for (int i = 0; i < 1_000; i++) {
      byte[] damaged = Arrays.copyOf(sent, random.nextInt(sent.length + 1));
      for (int n = random.nextInt(4); n > 0 && damaged.length > 0; n--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        buffer.decompress(coding, damaged, 0, damaged.length);
      } catch (InvalidRequest e) {
        assertThat(e.id()).isIn(ErrorId.INVALID_REQUEST, ErrorId.BODY_TOO_LARGE);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "IDENTITY")
  void anEmptyBodyIsNotACompressedOne(ContentCoding coding) {
    assertThat(buffer.mostBytes(coding, new byte[0], 0, 0)).isBetween(0, BOUND);
    assertThatThrownBy(() -> buffer.decompress(coding, new byte[0], 0, 0))
        .isInstanceOf(InvalidRequest.class);
  }

  @Test
  void codingsAreKnownByNameInAnyCase() {
    assertThat(ContentCoding.named("Snappy")).contains(ContentCoding.SNAPPY);
    assertThat(ContentCoding.named(" zstd ")).contains(ContentCoding.ZSTD);
    assertThat(ContentCoding.named("deflate")).isEmpty();
  }

  private byte[] compressible(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (random.nextInt(8) == 0 ? random.nextInt() : 'a');
    }
    return bytes;
  }

  private static byte[] compress(ContentCoding coding, byte[] plain) throws IOException {
    return switch (coding) {
      case IDENTITY -> plain;
      case SNAPPY -> Snappy.compress(plain);
      case ZSTD -> Zstd.compress(plain);
      case GZIP -> {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
          gzip.write(plain);
        }
        yield out.toByteArray();
      }
    };
  }
}
