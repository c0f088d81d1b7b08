package dev.vedette.app;

import dev.vedette.app.tsdb.TsdbCommand;
import dev.vedette.model.VedetteException;
import java.util.Arrays;
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
      PromqlCommand.class,
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
    System.exit(execute(arguments));
  }

  /** Runs what the arguments name and returns the exit code. */
  static int execute(String... arguments) {
    if (arguments.length > 0 && arguments[0].equals("run")) {
      // Without the other commands, whose annotations take longer to read than the storage to open.
      CommandLine run = handled(new CommandLine(new RunCommand()).setCommandName("vedette run"));
      return run.execute(Arrays.copyOfRange(arguments, 1, arguments.length));
    }
    return commandLine().execute(arguments);
  }

  static CommandLine commandLine() {
    return handled(new CommandLine(new Main()));
  }

  private static CommandLine handled(CommandLine line) {
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
