package dev.vedette.app.tsdb;

import picocli.CommandLine.Command;

/** {@code vedette tsdb}: tools for a data folder that no process is using. */
@Command(
    name = "tsdb",
    description = {
      "Look into a data folder that no process is using, and mend it.",
      "Exit codes: 0 done, 1 damage or failure, 2 wrong usage."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      StatsCommand.class,
      ListCommand.class,
      AnalyzeCommand.class,
      DumpCommand.class,
      VerifyCommand.class,
      RepairCommand.class,
      MergeCommand.class,
      BenchCommand.class
    })
public final class TsdbCommand {
  private TsdbCommand() {}
}
