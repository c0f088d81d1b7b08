package dev.vedette.app;

import dev.vedette.model.VedetteException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code vedette}. Exit codes: 0 done, 1 it could not be done, 2 wrong usage. */
@Command(
    name = "vedette",
    description = "A monitoring platform for Kubernetes.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      TsdbCommand.class,
      CommandLine.HelpCommand.class,
      AutoComplete.GenerateCompletion.class,
      WarmUpCommand.class
    },
    footer = {
      "",
      "test runs the whole test suite (./vedette in a source checkout only).",
      "Completion for this shell: source <(./vedette generate-completion)"
    })
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(
        (failure, command, _) -> {
          if (!(failure instanceof VedetteException known)) {
            throw failure;
          }
          command.getErr().println("vedette: " + known.explain());
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line;
  }
}
