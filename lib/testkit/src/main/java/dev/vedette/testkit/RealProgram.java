package dev.vedette.testkit;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A program of others that runs on this machine for as long as a test needs it. */
public final class RealProgram implements AutoCloseable {
  private static final Pattern LISTENING =
      Pattern.compile("Listening on.*address=(127\\.0\\.0\\.1:\\d+)");

  private final Process process;
  private final String address;

  private RealProgram(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /** The first of these programs that is on the path. */
  public static Optional<Path> find(String... names) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .flatMap(folder -> Arrays.stream(names).map(name -> Path.of(folder, name)))
        .filter(file -> file.toFile().canExecute())
        .findFirst();
  }

  /** Starts a program that logs as Prometheus' do, on a free port of loopback. */
  public static RealProgram start(Path binary, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    command.add("--web.listen-address=127.0.0.1:0");
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader log = process.inputReader();
    @Nullable String address = null;
    for (String line = log.readLine(); address == null && line != null; line = log.readLine()) {
      Matcher listening = LISTENING.matcher(line);
      address = listening.find() ? listening.group(1) : null;
    }
    if (address == null) {
      process.destroyForcibly();
      throw new AssertionError("no address in the log of " + binary);
    }
    // A full pipe would stop the program.
    Thread.ofVirtual().start(() -> log.lines().forEach(_ -> {}));
    return new RealProgram(process, address);
  }

  public String address() {
    return address;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
