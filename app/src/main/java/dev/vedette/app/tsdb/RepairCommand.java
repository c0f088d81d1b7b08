package dev.vedette.app.tsdb;

import dev.vedette.model.Ticker;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.repair.BlockOutcome;
import dev.vedette.tsdb.repair.BlockOutcome.Rewritten;
import dev.vedette.tsdb.repair.BlockOutcome.Sound;
import dev.vedette.tsdb.repair.BlockOutcome.Unreadable;
import dev.vedette.tsdb.repair.BlockRepair;
import dev.vedette.tsdb.repair.BlockRepair.LostTimes;
import dev.vedette.tsdb.repair.BlockRepair.LostTombstones;
import dev.vedette.tsdb.repair.LogOutcome;
import dev.vedette.tsdb.repair.LogRepair;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vedette tsdb repair}: rescues what is readable. */
@Command(
    name = "repair",
    description = {
      "Rescue what is readable: damaged blocks are written again without what is damaged in them,",
      "of a damaged log everything else goes into blocks. Says what was lost.",
      "Every file that is replaced is kept as it was in DIR/damaged/; delete it when you no longer"
          + " need it.",
      "Exit code 0: nothing was damaged, 1: damage was repaired."
    },
    mixinStandardHelpOptions = true)
final class RepairCommand implements Callable<Integer> {
  private static final int METRICS_SHOWN = 20;

  @Parameters(paramLabel = "DIR", description = DataFiles.DIR)
  private Path folder = Path.of("");

  @Override
  public Integer call() throws IOException {
    try (DataFiles data = DataFiles.openToWrite(folder)) {
      boolean sound = repairBlocks(data);
      System.err.println("log");
      LogOutcome log =
          new LogRepair(data.store(), data.folder(), Clock.systemUTC(), Ticker.system()).repair();
      if (!log.damages().isEmpty()) {
        sound = false;
        print(log);
      }
      System.out.println(
          sound ? "no damage, nothing changed" : "repaired; vedette tsdb verify checks it");
      return sound ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
  }

  private static boolean repairBlocks(DataFiles data) throws IOException {
    BlockRepair repair =
        new BlockRepair(
            data.store(),
            data.folder(),
            new SplittableRandom(),
            (series, samples, _) ->
                System.err.printf("  %d series, %d samples%n", series, samples));
    boolean sound = true;
    for (Path tenant : data.tenants()) {
      Optional<LostTombstones> lost = repair.repairTombstones(tenant);
      lost.ifPresent(RepairCommand::print);
      sound &= lost.isEmpty();
    }
    List<Path> blocks = data.blocks();
    for (int i = 0; i < blocks.size(); i++) {
      System.err.printf("block %d of %d: %s%n", i + 1, blocks.size(), blocks.get(i).getFileName());
      switch (repair.repair(blocks.get(i))) {
        case Sound _ -> {}
        case Rewritten rewritten -> {
          sound = false;
          print(rewritten);
        }
        case Unreadable unreadable -> {
          sound = false;
          print(unreadable);
        }
      }
    }
    for (Path tenant : data.tenants()) {
      Optional<LostTimes> lost = repair.repairTimes(tenant);
      lost.ifPresent(RepairCommand::print);
      sound &= lost.isEmpty();
    }
    return sound;
  }

  private static void print(LostTombstones tombstones) {
    System.out.printf(
        "%s%n  lost: deletions that were not carried out on disk yet; what they deleted is to be"
            + " seen again, so delete it again%n  as it was: %s%n",
        tombstones.reason().explain(), tombstones.kept());
  }

  private static void print(LostTimes times) {
    System.out.printf(
        "%s%n  written again: everything counts as kept from the oldest blocks on%n  as it was:"
            + " %s%n",
        times.reason().explain(), times.kept());
  }

  private static void print(Rewritten block) {
    BlockMeta before = block.before();
    System.out.printf(
        Locale.ROOT,
        "%s: %d damaged places%n  %,d of %,d series and %,d of %,d samples rescued into %s%n",
        block.file(),
        block.damages().size(),
        block.after().series(),
        before.series(),
        block.after().samples(),
        before.samples(),
        block.after().id());
    if (block.lostSamples() > 0) {
      System.out.printf(
          Locale.ROOT,
          "  lost: %,d series with %,d samples, %s%s%n",
          block.lostSeries(),
          block.lostSamples(),
          range(before),
          metrics(block.lostByMetric()));
    }
    System.out.println("  as it was: " + block.kept());
  }

  private static void print(BlockOutcome.Unreadable block) {
    System.out.printf("%s: cannot be read: %s%n", block.file(), block.reason().explain());
    System.out.println(
        block
            .before()
            .map(
                meta ->
                    String.format(
                        Locale.ROOT,
                        "  lost: %,d series with %,d samples, %s",
                        meta.series(),
                        meta.samples(),
                        range(meta)))
            .orElse("  lost: all of it; its footer, which says what it held, is damaged, too"));
    System.out.println("  as it was: " + block.kept());
  }

  private static void print(LogOutcome log) {
    log.damages().forEach(damage -> System.out.println(damage.toException().getMessage()));
    System.out.printf(
        Locale.ROOT,
        "log: everything else is in blocks now; lost: %,d bytes in %d places%n",
        log.lostBytes(),
        log.damages().size());
    log.kept().forEach(file -> System.out.println("  as it was: " + file));
  }

  private static String range(BlockMeta meta) {
    return "of %s to %s"
        .formatted(
            Instant.ofEpochMilli(meta.firstMillis()), Instant.ofEpochMilli(meta.lastMillis()));
  }

  private static String metrics(SortedMap<String, Integer> lost) {
    if (lost.isEmpty()) {
      return "";
    }
    String shown =
        lost.entrySet().stream()
            .limit(METRICS_SHOWN)
            .map(metric -> "%s (%d series)".formatted(metric.getKey(), metric.getValue()))
            .collect(Collectors.joining(", "));
    int more = lost.size() - METRICS_SHOWN;
    return ": " + shown + (more > 0 ? " and %d metrics more".formatted(more) : "");
  }
}
