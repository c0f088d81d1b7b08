package dev.vedette.app;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Ticker;
import dev.vedette.promql.script.ScriptMemory;
import dev.vedette.promql.script.ScriptRunner;
import dev.vedette.promql.script.ScriptRunner.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vedette promql}: the query language, with and without a server. */
@Command(
    name = "promql",
    description = "Work with PromQL.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {PromqlCommand.Test.class, ExplainCommand.class})
final class PromqlCommand {
  private PromqlCommand() {}

  /** {@code vedette promql test}. */
  @Command(
      name = "test",
      description = {
        "Run test scripts as Prometheus' own: load, eval, expect. Each evaluation that fails is",
        "printed with its file, its line and how it differs. Exit code 1 where any does."
      },
      mixinStandardHelpOptions = true)
  static final class Test implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Scripts.")
    private List<Path> files = new ArrayList<>();

    @Spec private CommandSpec spec = CommandSpec.create();

    private int passed;
    private int failed;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      for (Path file : files) {
        run(file, out);
      }
      out.println("%d passed, %d failed".formatted(passed, failed));
      return failed == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private void run(Path file, PrintWriter out) {
      for (Outcome outcome : outcomes(file)) {
        if (outcome.passed()) {
          passed++;
        } else {
          failed++;
          out.println(
              "%s:%d: %s: %s"
                  .formatted(file, outcome.line(), outcome.expression(), outcome.failure()));
        }
      }
    }

    private static List<Outcome> outcomes(Path file) {
      String script;
      try {
        script = Files.readString(file);
      } catch (IOException e) {
        throw new InvalidRequest(
            ErrorId.INVALID_REQUEST,
            "%s cannot be read: %s".formatted(file, e),
            "name a file of UTF-8 text",
            e);
      }
      try {
        return new ScriptRunner(new ScriptMemory(), Ticker.system()).run(script);
      } catch (InvalidRequest e) {
        throw new InvalidRequest(
            e.id(), "%s: %s".formatted(file, e.getMessage()), "mend the script", e);
      }
    }
  }
}
