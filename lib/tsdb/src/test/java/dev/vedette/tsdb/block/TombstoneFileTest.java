package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.Corruption;
import dev.vedette.model.LabelMatcher;
import dev.vedette.testkit.SimFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TombstoneFileTest {
  private static final Path FOLDER = Path.of("/blocks/default");
  private static final Path FILE = FOLDER.resolve(TombstoneFile.NAME);
  private static final BlockId BLOCK = new BlockId("01K73GZ8G0VEDETTEB10CK0001");
  private static final BlockId OTHER = new BlockId("01K73GZ8G0VEDETTEB10CK0002");
  private static final Tombstones EXAMPLE =
      Tombstones.NONE.with(
          new Deletion(
              List.of(
                  LabelMatcher.equal("__name__", "up"),
                  new LabelMatcher(LabelMatcher.Type.REGEX, "pod", "a.*")),
              1_760_000_400_000L,
              1_760_000_460_000L),
          List.of(BLOCK));

  private final SimFiles disk = SimFiles.seeded(1);

  @BeforeEach
  void createFolder() throws IOException {
    disk.createFolders(FOLDER);
    disk.syncFolder(Path.of("/"));
    disk.syncFolder(Path.of("/blocks"));
  }

  @Test
  void theExampleOfThePageIsWrittenAndRead() throws IOException {
    byte[] page = example();

    assertThat(hex(TombstoneFile.encode(EXAMPLE))).isEqualTo(hex(page));
    assertSame(TombstoneFile.decode(page, FILE), EXAMPLE);
  }

  @Test
  void theGoldenFileIsRead() throws IOException {
    try (InputStream golden =
        TombstoneFileTest.class.getResourceAsStream("/golden/tombstones-v1/tombstones")) {
      assertThat(golden).isNotNull();
      assertSame(TombstoneFile.decode(golden.readAllBytes(), FILE), golden());
    }
  }

  /** Every kind of matcher, ends of time, several blocks. */
  static Tombstones golden() {
    return EXAMPLE
        .with(
            new Deletion(
                List.of(
                    new LabelMatcher(LabelMatcher.Type.NOT_EQUAL, "job", "ä\"\\"),
                    new LabelMatcher(LabelMatcher.Type.NOT_REGEX, "le", "")),
                Long.MIN_VALUE,
                Long.MAX_VALUE),
            List.of(OTHER, BLOCK))
        .with(new Deletion(List.of(), -5, 7), List.of(OTHER));
  }

  private static void assertSame(Tombstones found, Tombstones expected) {
    // Matchers compare by identity, and what is written says all of them.
    assertThat(hex(TombstoneFile.encode(found))).isEqualTo(hex(TombstoneFile.encode(expected)));
    assertThat(found.of(BLOCK)).hasSameSizeAs(expected.of(BLOCK));
  }

  @Test
  void anyFlippedBitAndAnyCutIsNoticed() throws IOException {
    byte[] sound = TombstoneFile.encode(golden());
    for (int bit = 0; bit < sound.length * 8; bit++) {
      byte[] damaged = sound.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      disk.put(FILE, damaged);
      assertThatThrownBy(() -> TombstoneFile.read(disk, FOLDER)).isInstanceOf(Corruption.class);
    }
    for (int size = 0; size < sound.length; size++) {
      disk.put(FILE, Arrays.copyOf(sound, size));
      assertThatThrownBy(() -> TombstoneFile.read(disk, FOLDER)).isInstanceOf(Corruption.class);
    }
  }

  @Test
  void afterACutOfThePowerItIsTheOneBeforeOrTheOneAfter() throws IOException {
    TombstoneFile.write(disk, FOLDER, EXAMPLE);
    for (long seed = 0; seed < 40; seed++) {
      SimFiles copy = disk.afterCrash(seed);
      copy.cutPowerAt(seed % 8);
      boolean written = false;
      try {
        TombstoneFile.write(copy, FOLDER, golden());
        written = true;
      } catch (IOException _) {
        // The power is off.
      }
      int entries = TombstoneFile.read(copy.crash(), FOLDER).entries().size();
      assertThat(entries).isIn(written ? List.of(3) : List.of(1, 3));
    }
  }

  @Test
  void withoutDeletionsThereIsNoFile() throws IOException {
    TombstoneFile.write(disk, FOLDER, EXAMPLE);
    TombstoneFile.write(disk, FOLDER, EXAMPLE.onlyFor(OTHER::equals));

    assertThat(disk.exists(FILE)).isFalse();
    assertThat(TombstoneFile.read(disk, FOLDER).entries()).isEmpty();
  }

  private static byte[] example() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("docs/format/tombstones.md"))) {
      if (line.equals("example:")) {
        inside = true;
      } else if (inside && line.startsWith("```")) {
        return bytes.toByteArray();
      } else if (inside) {
        String digits = line.replaceAll("#.*", "").replaceAll("[ |]", "");
        bytes.writeBytes(HexFormat.of().parseHex(digits));
      }
    }
    throw new AssertionError("no example in tombstones.md");
  }

  private static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }
}
