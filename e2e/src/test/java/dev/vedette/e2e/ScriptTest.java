package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code ./vedette} in a checkout that is built already, with a JDK that only echoes.
 */
class ScriptTest {
  private static final Path ROOT = Path.of(System.getProperty("vedette.root"));

  @TempDir Path temp;

  private Path checkout = Path.of("");
  private Path jdk = Path.of("");

  private record Outcome(int exit, String output) {}

  @BeforeEach
  void makeCheckout() throws IOException {
    checkout = Files.createDirectories(temp.resolve("a checkout"));
    Files.copy(ROOT.resolve("vedette"), checkout.resolve("vedette"));
    Path search = Path.of(".mvn", "find-jdk.sh");
    Files.createDirectories(checkout.resolve(search).getParent());
    Files.copy(ROOT.resolve(search), checkout.resolve(search));
    checkout.resolve("vedette").toFile().setExecutable(true);
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    for (String folder : List.of("crds", "ingester", "storage-node", "querier", "ui", "lib")) {
      Files.createDirectories(checkout.resolve(folder));
    }
    Path stamp = Files.createDirectories(checkout.resolve("app/target/dist")).resolve("built");
    Files.writeString(stamp, "");
    Files.setLastModifiedTime(stamp, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
    jdk = jdk("jdk 25", "25.0.3", "echo \"java of $0: $*\"; echo \"pid $$\"");
  }

  private Path jdk(String name, String version, String script) throws IOException {
    Path home = Files.createDirectories(temp.resolve(name));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"%s\"\n".formatted(version));
    Path bin = Files.createDirectories(home.resolve("bin"));
    for (String program : List.of("java", "javac")) {
      Path file = Files.writeString(bin.resolve(program), "#!/bin/sh\n" + script + "\n");
      file.toFile().setExecutable(true);
    }
    return home;
  }

  /** Runs the script from another folder, with this environment and no more. */
  private Outcome run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("vedette").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            + "script "
            + process.pid();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(output).isTrue();
    return new Outcome(process.exitValue(), output);
  }

  @Test
  void itBecomesTheProgramWithItsArgumentsAndItsProcess() throws Exception {
    Outcome outcome = run(Map.of("JAVA_HOME", jdk.toString()), "check", "a file.yaml");

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.output())
        .contains("java of " + jdk)
        .contains("dev.vedette.app.Main check a file.yaml");
    String pid = outcome.output().replaceFirst("(?s).*script ", "");
    assertThat(outcome.output()).contains("pid " + pid + "\n");
  }

  @Test
  void itNeedsNoHome() throws Exception {
    Outcome outcome = run(Map.of("JAVA_HOME", jdk.toString()), "--version");

    assertThat(outcome.output()).doesNotContain("unbound").contains("Main --version");
  }

  @Test
  void aJdkOfAnotherVersionIsPassedOver() throws Exception {
    Path old = jdk("jdk 17", "17.0.15", "echo seventeen");

    Outcome outcome =
        run(
            Map.of("JAVA_HOME", old.toString(), "PATH", jdk.resolve("bin") + ":/usr/bin:/bin"),
            "--version");

    assertThat(outcome.output()).contains("java of " + jdk).doesNotContain("seventeen");
  }

  @Test
  void whatIsBuiltNeedsNoMaven() throws Exception {
    Path bin = Files.createDirectories(temp.resolve("bin"));
    for (String program :
        List.of("bash", "dirname", "readlink", "grep", "find", "flock", "mkdir", "env")) {
      Path found =
          Stream.of("/usr/bin", "/bin")
              .map(folder -> Path.of(folder, program))
              .filter(Files::exists)
              .findFirst()
              .orElseThrow();
      Files.createSymbolicLink(bin.resolve(program), found);
    }

    Outcome outcome = run(Map.of("JAVA_HOME", jdk.toString(), "PATH", bin.toString()), "--version");

    assertThat(outcome.exit()).as(outcome.output()).isZero();
    Files.delete(checkout.resolve("app/target/dist/built"));
    assertThat(run(Map.of("JAVA_HOME", jdk.toString(), "PATH", bin.toString())).output())
        .contains("building needs Maven");
  }

  @Test
  void theReadMesCommandsAreOnesThatCurlTakes() throws IOException {
    // Brackets and braces in a URL are patterns to curl unless it is told otherwise.
    Pattern patterns = Pattern.compile("curl (?!-g ).*[\\[\\]{}].*");

    assertThat(Files.readAllLines(ROOT.resolve("README.md")))
        .filteredOn(line -> line.startsWith("curl"))
        .isNotEmpty()
        .noneMatch(patterns.asMatchPredicate());
  }
}
