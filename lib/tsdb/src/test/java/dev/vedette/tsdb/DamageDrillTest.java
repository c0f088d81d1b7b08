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
import java.util.function.BooleanSupplier;
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
  // A file up to here is cut at each of its bytes.
  private static final int SMALL_BYTES = 64;
  // Each call of each kind takes a minute of a processor: so it is done by hand, and here some.
  private static final int CALLS_APART = TIMES > 1 ? 1 : 6;
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
      drill(kind, file, new Damage(bytes, false, "byte %d flipped".formatted(offset)), elsewhere);
    }
    boolean isSmall = sound.length <= SMALL_BYTES;
    for (int i = 0; i < (isSmall ? sound.length : CUTS); i++) {
      int length = isSmall ? i : place(i, sound.length, random);
      byte[] bytes = Arrays.copyOf(sound, length);
      drill(kind, file, new Damage(bytes, true, "cut to %d bytes".formatted(length)), elsewhere);
    }
    for (int i = 0; i < STRETCHES; i++) {
      byte[] bytes = sound.clone();
      int from = random.nextInt(bytes.length);
      int to = Math.min(bytes.length, from + 1 + random.nextInt(1 << random.nextInt(12)));
      for (int at = from; at < to; at++) {
        bytes[at] = i % 2 == 0 ? 0 : (byte) random.nextInt();
      }
      String what = "bytes %d to %d replaced".formatted(from, to);
      drill(kind, file, new Damage(bytes, false, what), elsewhere);
    }
  }

  /** What becomes of a file. */
  private record Damage(byte[] bytes, boolean isCut, String what) {}

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
  private static void drill(String kind, Path file, Damage damage, Map<String, String> elsewhere)
      throws IOException {
    if (Arrays.equals(damage.bytes, filled.bytes(file))) {
      return;
    }
    String where = "%s, %s, seed %d".formatted(file, damage.what, SEED);
    SimFiles disk = copy();
    disk.put(file, damage.bytes);
    boolean isOfEngine = !kind.equals("snapshot") && !kind.equals("kept part");
    DataCheck check = DamageDrill.check(disk, isOfEngine ? FOLDER : snapshot(file));
    Map<String, String> before;
    try {
      before = read(kind, disk.afterCrash(1), where);
    } catch (VedetteException e) {
      assertThat(e.getMessage()).as(where).contains(file.getFileName().toString());
      before = Map.of();
    }
    assertThat(isFound(check, file) || mayBeUnnoticed(kind, damage, before))
        .as("found by verify: %s", where)
        .isTrue();
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

  private static boolean isFound(DataCheck check, Path file) {
    return check.damages().stream().anyMatch(found -> found.file().equals(file.toString()))
        || check.log().files().stream()
            .anyMatch(part -> part.file().equals(file) && part.tornBytes() > 0);
  }

  /**
   * The last segment may end behind any record, and nothing tells where it ended; of what is kept
   * of damaged files any byte may be as it is. All else shows, or takes nothing away.
   */
  private static boolean mayBeUnnoticed(String kind, Damage damage, Map<String, String> found) {
    return kind.equals("kept part")
        || kind.equals("segment") && (damage.isCut || found.equals(DRILL.written));
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
    int calls = 0;
    while (isReached(operation, calls, 1)) {
      calls += CALLS_APART;
    }
    assertThat(calls).as("calls of %s in a life", operation).isPositive();
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < TIMES; i++) {
      isReached(operation, random.nextInt(calls), 2 + random.nextInt(10));
      isReached(operation, random.nextInt(calls), Integer.MAX_VALUE);
    }
  }

  /**
   * So many calls of a kind fail, from one on, while everything is done that an engine does.
   *
   * @return whether there were so many calls that some failed
   */
  private static boolean isReached(Operation operation, int from, int count) throws IOException {
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
    live(drill, disk, where, () -> calls.get() > from);
    disk.heal();
    checkAfterwards(drill, disk, where);
    return calls.get() > from;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 50, 500, 1_500, 4_000, 8_000, 16_000, 32_000, 64_000})
  void aDiskThatFillsUpRefusesWritesAndNothingElse(int room) throws IOException {
    String where = "%d bytes of room".formatted(room);
    SimFiles disk = copy();
    disk.limitBytes(bytes(disk) + room);
    DamageDrill drill = DRILL.another(room);
    for (Unavailable refusal : live(drill, disk, where, () -> true)) {
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

  /**
   * A part of an engine's life; returns what it refused. Readers never notice.
   *
   * @param isEventful whether it is worth the while to read everything by now
   */
  private static List<Unavailable> live(
      DamageDrill drill, SimFiles disk, String where, BooleanSupplier isEventful) {
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
        if (isEventful.getAsBoolean()) {
          assertRight(drill, tsdb, where);
        }
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
