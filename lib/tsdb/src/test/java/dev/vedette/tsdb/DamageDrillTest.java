package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.FOLDER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.testkit.SimFiles;
import dev.vedette.testkit.SimFiles.Operation;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.repair.DataCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every kind of file that the engine writes is damaged in every way, and every call of the disk
 * fails: nothing wrong is ever answered, what is lost is reported with the file, and what is
 * readable is rescued.
 */
class DamageDrillTest {
  private static final DamageDrill DRILL = new DamageDrill();
  private static final Path SNAPSHOTS = FOLDER.resolve("snapshots");
  private static final Path KEPT_PARTS = FOLDER.resolve("wal/damaged");
  // More by hand: -Dvedette.drill=50.
  private static final int TIMES = Integer.getInteger("vedette.drill", 1);
  private static final int FLIPS = 20 * TIMES;
  private static final int CUTS = 14 * TIMES;
  private static final int STRETCHES = 6 * TIMES;
  private static final long SEED = Long.getLong("seed", 1);
  private static SimFiles filled = SimFiles.seeded(1);
  private static Map<String, String> rest = new TreeMap<>();

  @BeforeAll
  static void fill() throws IOException {
    System.out.println("DamageDrillTest seed " + SEED);
    filled = DRILL.fill();
    filled.createFolders(KEPT_PARTS);
    filled.syncFolder(FOLDER.resolve("wal"));
    filled.put(KEPT_PARTS.resolve("00000001.wal.4711"), new byte[] {1, 2, 3});
    try (Tsdb tsdb = DRILL.open(copy())) {
      assertThat(DamageDrill.read(tsdb)).isEqualTo(DRILL.written);
      rest = DamageDrill.readRest(tsdb);
      assertThat(rest.keySet()).anyMatch(key -> key.startsWith("tier "));
      assertThat(rest.keySet()).anyMatch(key -> key.startsWith("exemplars "));
    }
    assertThat(DamageDrill.check(copy(), FOLDER).damages()).isEmpty();
  }

  private static SimFiles copy() {
    return filled.afterCrash(1);
  }

  /** One file of each kind. */
  static Stream<Arguments> files() throws IOException {
    if (DRILL.written.isEmpty()) {
      fill();
    }
    Map<String, Path> kinds = new TreeMap<>();
    for (Path file : DamageDrill.files(filled, FOLDER)) {
      kinds.put(kind(file), file);
    }
    assertThat(kinds.keySet())
        .containsExactly(
            "block",
            "checkpoint",
            "kept",
            "kept part",
            "segment",
            "snapshot",
            "tier",
            "tombstones");
    return kinds.entrySet().stream().map(kind -> Arguments.of(kind.getKey(), kind.getValue()));
  }

  private static String kind(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (file.startsWith(SNAPSHOTS)) {
      return "snapshot";
    } else if (file.startsWith(KEPT_PARTS)) {
      return "kept part";
    } else if (name.endsWith(".wal")) {
      return "segment";
    } else if (name.startsWith("checkpoint.")) {
      return "checkpoint";
    }
    return name.endsWith(".tsb") ? isTier(file) ? "tier" : "block" : name;
  }

  private static boolean isTier(Path file) throws IOException {
    try (Block block = Block.open(filled, file, _ -> {})) {
      return block.meta().spec().isTier();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void damageIsFoundNothingWrongIsSaidAndTheRestIsRescued(String kind, Path file)
      throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] sound = filled.bytes(file);
    Map<String, String> elsewhere = elsewhere(kind, file);
    for (int i = 0; i < FLIPS; i++) {
      byte[] bytes = sound.clone();
      int offset = place(i, bytes.length, random);
      bytes[offset] ^= (byte) (1 << random.nextInt(8));
      drill(kind, file, bytes, elsewhere, "byte %d flipped".formatted(offset));
    }
    for (int i = 0; i < CUTS; i++) {
      int length = place(i, sound.length, random);
      byte[] bytes = Arrays.copyOf(sound, length);
      drill(kind, file, bytes, elsewhere, "cut to %d bytes".formatted(length));
    }
    for (int i = 0; i < STRETCHES; i++) {
      byte[] bytes = sound.clone();
      int from = random.nextInt(bytes.length);
      int to = Math.min(bytes.length, from + 1 + random.nextInt(1 << random.nextInt(12)));
      for (int at = from; at < to; at++) {
        bytes[at] = i % 2 == 0 ? 0 : (byte) random.nextInt();
      }
      drill(kind, file, bytes, elsewhere, "bytes %d to %d replaced".formatted(from, to));
    }
  }

  /** What a repair has to find whatever becomes of a file: it is not stored in it. */
  private static Map<String, String> elsewhere(String kind, Path file) throws IOException {
    Map<String, String> found = new TreeMap<>(DRILL.written);
    if (kind.equals("block")) {
      found.keySet().removeAll(DamageDrill.read(filled, file).keySet());
    } else if (kind.equals("segment") || kind.equals("checkpoint")) {
      SimFiles disk = copy();
      disk.delete(file);
      try (Tsdb tsdb = DRILL.open(disk)) {
        found.keySet().retainAll(DamageDrill.read(tsdb).keySet());
      }
    }
    assertThat(found).as("besides %s", file).isNotEmpty();
    return found;
  }

  /** Both ends, where headers and footers are, and random places between. */
  private static int place(int i, int size, SplittableRandom random) {
    return switch (i % 4) {
      case 0 -> i / 4 % size;
      case 1 -> Math.max(0, size - 1 - i / 4);
      default -> random.nextInt(size);
    };
  }

  /** Reads, verifies and repairs a folder with one damaged file. */
  private static void drill(
      String kind, Path file, byte[] bytes, Map<String, String> elsewhere, String what)
      throws IOException {
    if (Arrays.equals(bytes, filled.bytes(file))) {
      return;
    }
    String where = "%s, %s, seed %d".formatted(file, what, SEED);
    SimFiles disk = copy();
    disk.put(file, bytes);
    boolean isOfEngine = !kind.equals("snapshot") && !kind.equals("kept part");
    DataCheck check = DamageDrill.check(disk, isOfEngine ? FOLDER : snapshot(file));
    // A torn end of the last segment was never acknowledged; nothing tells where it ended.
    boolean isFound =
        kind.equals("segment")
            || check.damages().stream().anyMatch(damage -> damage.file().equals(file.toString()));
    assertThat(isFound || kind.equals("kept part")).as("found by verify: %s", where).isTrue();
    Map<String, String> before;
    try {
      before = read(kind, disk.afterCrash(1), where);
    } catch (VedetteException e) {
      assertThat(e.getMessage()).as(where).contains(file.getFileName().toString());
      before = Map.of();
    }
    if (!isOfEngine) {
      assertThat(before).as(where).isEqualTo(DRILL.written);
      return;
    }
    DRILL.repair(disk);
    assertThat(DamageDrill.check(disk, FOLDER).damages()).as("after repair: %s", where).isEmpty();
    assertThat(read(kind, disk, where).entrySet())
        .as("rescued: %s", where)
        .containsAll(before.entrySet())
        .containsAll(elsewhere.entrySet());
  }

  private static Path snapshot(Path file) {
    return file.startsWith(SNAPSHOTS)
        ? SNAPSHOTS.resolve(SNAPSHOTS.relativize(file).getName(0))
        : FOLDER;
  }

  /** What an engine reads of it, which is nothing that was not written. */
  private static Map<String, String> read(String kind, SimFiles disk, String where) {
    try (Tsdb tsdb = DRILL.open(disk)) {
      Map<String, String> found = DamageDrill.read(tsdb);
      Map<String, String> right = new TreeMap<>(DRILL.written);
      if (kind.equals("tombstones")) {
        right.putAll(DRILL.deleted);
      }
      assertThat(right.entrySet()).as(where).containsAll(found.entrySet());
      Map<String, String> foundRest = DamageDrill.readRest(tsdb);
      if (kind.equals("tier")) {
        assertThat(rest.entrySet()).as(where).containsAll(foundRest.entrySet());
      }
      return found;
    }
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void callsThatFailLoseNothingAndEndNothing(Operation operation) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    int few = fewerThanThereAre(operation);
    failing(operation, 0, 1);
    for (int i = 0; i < 3 * TIMES; i++) {
      failing(operation, random.nextInt(few), 1);
    }
    for (int i = 0; i < TIMES; i++) {
      failing(operation, random.nextInt(few), 1 + random.nextInt(10));
      failing(operation, random.nextInt(few), Integer.MAX_VALUE);
    }
  }

  /** About as many calls of a kind there are at least in the life that they fail in. */
  private static int fewerThanThereAre(Operation operation) {
    return switch (operation) {
      case CREATE, DELETE, FORCE, OPEN, RENAME, SYNC_FOLDER, WRITE -> 30;
      case EXISTS, LIST, MAP -> 18;
      case READ, SIZE, USABLE_BYTES -> 9;
      case CREATE_FOLDERS, LINK -> 6;
      case APPEND, IS_FOLDER -> 1;
    };
  }

  /** So many calls of a kind fail, from one on, while everything is done that an engine does. */
  private static void failing(Operation operation, int from, int count) throws IOException {
    String where = "%s from call %d, %d times, seed %d".formatted(operation, from, count, SEED);
    SimFiles disk = copy();
    AtomicInteger calls = new AtomicInteger();
    disk.failOn(
        call -> {
          int number = call.operation() == operation ? calls.getAndIncrement() - from : -1;
          return number >= 0 && number < count;
        },
        new IOException("Input/output error"));
    DamageDrill drill = DRILL.another(from);
    live(drill, disk, where);
    disk.heal();
    // Lives differ in their number of calls; the first there always is.
    assertThat(calls.get()).as("none failed: %s", where).isPositive();
    checkAfterwards(drill, disk, where);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 50, 500, 1_500, 4_000, 8_000, 16_000, 32_000, 64_000})
  void aDiskThatFillsUpRefusesWritesAndNothingElse(int room) throws IOException {
    String where = "%d bytes of room".formatted(room);
    SimFiles disk = copy();
    disk.limitBytes(bytes(disk) + room);
    DamageDrill drill = DRILL.another(room);
    for (Unavailable refusal : live(drill, disk, where)) {
      assertThat(refusal.id()).as("%s: %s", where, refusal).isEqualTo(ErrorId.DISK_FULL);
    }
    assertThat(DamageDrill.check(disk, FOLDER).damages()).as(where).isEmpty();
    disk.limitBytes(Long.MAX_VALUE / 2);
    checkAfterwards(drill, disk, where);
  }

  private static long bytes(SimFiles disk) throws IOException {
    long bytes = 0;
    for (Path file : DamageDrill.files(disk, FOLDER)) {
      bytes += disk.size(file);
    }
    return bytes;
  }

  private interface Step {
    void run(Tsdb tsdb);
  }

  /** A part of an engine's life; returns what it refused. Readers never notice. */
  private static List<Unavailable> live(DamageDrill drill, SimFiles disk, String where) {
    List<Unavailable> refused = new ArrayList<>();
    List<Step> steps =
        List.of(
            drill::write,
            tsdb -> tsdb.snapshot(false),
            Tsdb::flush,
            drill::write,
            Tsdb::maintain,
            drill::delete,
            Tsdb::cleanTombstones,
            drill::write,
            Tsdb::flush,
            Tsdb::maintain);
    try (Tsdb tsdb = drill.open(disk)) {
      for (Step step : steps) {
        drill.advance(Duration.ofMinutes(100));
        try {
          step.run(tsdb);
        } catch (Unavailable e) {
          assertThat(e.wayOut()).isNotEmpty();
          refused.add(e);
        }
        assertRight(drill, tsdb, where);
      }
    } catch (Unavailable e) {
      refused.add(e);
    }
    return refused;
  }

  private static void checkAfterwards(DamageDrill drill, SimFiles disk, String where)
      throws IOException {
    try (Tsdb tsdb = drill.open(disk)) {
      assertRight(drill, tsdb, where);
      drill.advance(Duration.ofMinutes(100));
      drill.write(tsdb);
      tsdb.flush();
      tsdb.maintain();
      assertRight(drill, tsdb, where);
    }
    assertThat(DamageDrill.check(disk, FOLDER).damages()).as(where).isEmpty();
    assertThat(DamageDrill.files(disk, FOLDER))
        .as(where)
        .noneMatch(file -> file.toString().endsWith(".tmp"));
    SimFiles crashed = disk.afterCrash(1);
    try (Tsdb tsdb = drill.open(crashed)) {
      assertRight(drill, tsdb, where);
    }
  }

  /** All that was acknowledged is there, and nothing that was not sent. */
  private static void assertRight(DamageDrill drill, Tsdb tsdb, String where) {
    Map<String, String> found = DamageDrill.read(tsdb);
    assertThat(found.entrySet()).as(where).containsAll(drill.written.entrySet());
    Map<String, String> known = new TreeMap<>(drill.unsettled);
    known.putAll(drill.written);
    assertThat(known.entrySet()).as(where).containsAll(found.entrySet());
  }
}
