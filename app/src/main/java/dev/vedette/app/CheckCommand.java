package dev.vedette.app;

import dev.vedette.crds.load.Checker;
import dev.vedette.crds.load.ResourceLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vedette check}: what is wrong with resource files, without running anything. */
@Command(
    name = "check",
    description = {
      "Check resource files: every problem at once, with file, line and path.",
      "Exit code 0: all fine, 1: problems, 2: nothing could be checked."
    },
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files or folders of YAML or JSON resources; - for standard input.")
  private List<String> files = new ArrayList<>();

  @Override
  public Integer call() {
    return new Checker(new ResourceLoader()).run(files, System.in, System.out);
  }
}
