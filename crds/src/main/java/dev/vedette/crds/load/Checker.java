package dev.vedette.crds.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code vedette check}: reads files, folders and, for {@code -}, standard input, and prints what
 * is wrong, one line a problem, and a count.
 */
public final class Checker {
  /** Everything is fine. */
  public static final int OK = 0;

  /** There are problems; they are printed. */
  public static final int PROBLEMS = 1;

  /** Nothing was checked: no arguments, none that can be read, or standard input broke. */
  public static final int FAILED = 2;

  private static final String STDIN = "-";

  private final ResourceLoader loader;

  public Checker(ResourceLoader loader) {
    this.loader = loader;
  }

  /** Checks and prints; returns the exit code. */
  public int run(List<String> args, InputStream in, PrintStream out) {
    if (args.isEmpty()) {
      out.println("nothing to check; name files or folders, or - for standard input");
      return FAILED;
    }
    try {
      Loaded loaded = load(args, in);
      loaded.problems().forEach(out::println);
      out.printf("%d objects ok, %d problems%n", loaded.objects().size(), loaded.problems().size());
      if (args.stream().noneMatch(Checker::isThere)) {
        return FAILED;
      }
      return loaded.problems().isEmpty() ? OK : PROBLEMS;
    } catch (IOException e) {
      out.println("standard input cannot be read: " + e.getMessage());
      return FAILED;
    }
  }

  private static boolean isThere(String arg) {
    return arg.equals(STDIN) || Files.isReadable(Path.of(arg));
  }

  /** All arguments in one go, so that two files naming one object are noticed. */
  private Loaded load(List<String> args, InputStream in) throws IOException {
    List<FileContent> contents = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    for (String arg : args) {
      if (arg.equals(STDIN)) {
        contents.add(loader.read("<stdin>", in));
      } else {
        loader.collect(Path.of(arg), contents, problems);
      }
    }
    return ResourceLoader.merge(contents, problems);
  }
}
