package dev.vedette.testkit;

import dev.vedette.model.VedetteException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a decoder with inputs that somebody else made up. It may take them or throw a {@link
 * VedetteException}; any other exception, an input that takes longer than {@link #PATIENCE} and one
 * that costs more memory than {@link #mostBytes} are failures, and the input is then in {@code
 * target/fuzz/}.
 *
 * <p>First come the files of {@code src/test/resources/fuzz/<name>/}, the inputs that once broke
 * something among them, then mutations of those and of the seeds. An input that is refused at a
 * place not seen before, or of which {@link Reader} tells something new, is mutated on. A run makes
 * a fixed number of mutations; {@code -Dvedette.fuzz.seconds=20} lets it go on for so long instead,
 * {@code -Dseed=…} repeats one.
 *
 * <p>{@code -Dvedette.fuzz.keep=true} leaves the inputs that taught it something in {@code
 * target/fuzz/<name>.learnt}; such a file beside the folders of the corpus is replayed at the end
 * of a run, so that what a run tries does not depend on what others learnt.
 */
public final class Fuzz {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MOST_KEPT = 1_000;
  private static final int LONGEST = 1 << 16;
  // Longer ones are tried, but not mutated on: what is made of them would be as slow as they are.
  private static final int LONGEST_KEPT = 1 << 12;
  private static final int FRAMES = 3;
  private static final Path CORPUS = Path.of("src/test/resources/fuzz");
  private static final Path OUT = Path.of("target/fuzz");
  private static final List<String> TAKEN = List.of("taken");
  // However slow a machine is, and whatever else it does meanwhile.
  private static final int MOST_WAITS = 40;
  private static final long[] INTERESTING = {
    0,
    1,
    -1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffffL,
    0x8000_0000L,
    0xffff_ffffL,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final String name;
  private final long seed = Long.getLong("seed", 1);
  private final long seconds = Long.getLong("vedette.fuzz.seconds", 0);
  private final SplittableRandom random = new SplittableRandom(seed);
  private final List<byte[]> kept = new ArrayList<>();
  private final List<byte[]> words = new ArrayList<>();
  private final Set<String> outcomes = new HashSet<>();
  private Class<? extends Exception> refusal = VedetteException.class;
  private long mostBytes = 64 << 20;
  private int longest = LONGEST;
  private volatile byte[] current = {};
  private volatile long executions;
  private volatile @Nullable Throwable failure;

  private Fuzz(String name) {
    this.name = name;
  }

  /** What is given the inputs. */
  @FunctionalInterface
  public interface Target {
    void run(byte[] input) throws Exception;
  }

  /** The same where inputs that are taken differ, too. */
  @FunctionalInterface
  public interface Reader {
    /** What was met while it was read; new is an input that has one not seen before. */
    Collection<String> read(byte[] input) throws Exception;
  }

  /** A decoder under the name of its corpus. */
  public static Fuzz of(String name) {
    return new Fuzz(name);
  }

  /** A valid input, to be mutated like those of the corpus. */
  public Fuzz seed(byte[] input) {
    kept.add(input);
    return this;
  }

  /** The same as text. */
  public Fuzz seed(String input) {
    return seed(input.getBytes(StandardCharsets.UTF_8));
  }

  /** Pieces of the language, to be put in. */
  public Fuzz words(String... pieces) {
    for (String piece : pieces) {
      words.add(piece.getBytes(StandardCharsets.UTF_8));
    }
    return this;
  }

  /** How a decoder inside the engine refuses an input, in place of {@link VedetteException}. */
  public Fuzz refusedBy(Class<? extends Exception> type) {
    refusal = type;
    return this;
  }

  /**
   * An input may hold a regular expression, which may be as costly as {@code LabelRegex} allows:
   * 256 MB of garbage, three times where what is wrong with it is to be said. What it costs grows
   * with the square of what it may be long: the longest are in the corpus, made up are short ones.
   */
  public Fuzz withRegexes() {
    longest = LONGEST_KEPT;
    return mostBytes(900 << 20);
  }

  /** What one input may cost on the heap. */
  public Fuzz mostBytes(long bytes) {
    mostBytes = bytes;
    return this;
  }

  /** Runs the corpus and so many mutations, or those of the seconds that were asked for. */
  public void run(int mutations, Target target) throws InterruptedException {
    learn(
        mutations,
        input -> {
          target.run(input);
          return TAKEN;
        });
  }

  /** The same for who tells what was in an input. */
  public void learn(int mutations, Reader target) throws InterruptedException {
    List<byte[]> corpus = corpus();
    Thread worker =
        Thread.ofPlatform()
            .daemon()
            .name("fuzz-" + name)
            .start(() -> work(corpus, mutations, target));
    await(worker);
    Throwable thrown = failure;
    if (thrown != null) {
      throw new AssertionError(
          "%s, seed %d: %s breaks it".formatted(name, seed, save(current)), thrown);
    }
    System.out.printf(
        "fuzz %s: seed %d, %d inputs, %d outcomes%n", name, seed, executions, outcomes.size());
  }

  /** Time is the worker's own: it may have to wait for a processor for longer than its patience. */
  private void await(Thread worker) throws InterruptedException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = -1;
    long busyNanos = 0;
    int waits = 0;
    while (!worker.join(PATIENCE)) {
      long nowNanos = threads.getThreadCpuTime(worker.threadId());
      if (executions != before) {
        before = executions;
        busyNanos = nowNanos;
        waits = 0;
      } else if (nowNanos - busyNanos > PATIENCE.toNanos() || ++waits == MOST_WAITS) {
        throw new AssertionError(
            "%s: an input takes longer than %s: %s%n%s"
                .formatted(name, PATIENCE, save(current), List.of(worker.getStackTrace())));
      }
    }
  }

  private List<byte[]> corpus() {
    Path folder = CORPUS.resolve(name);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<byte[]> corpus = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        corpus.add(Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return corpus;
  }

  private void work(List<byte[]> corpus, int mutations, Reader target) {
    try {
      for (byte[] input : kept) {
        execute(input, target);
      }
      for (byte[] input : corpus) {
        execute(input, target);
        if (input.length <= longest) {
          kept.add(input);
        }
      }
      int given = kept.size();
      long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
      for (int i = 0; seconds == 0 ? i < mutations : System.nanoTime() < end; i++) {
        byte[] input = mutated();
        if (execute(input, target) && kept.size() < MOST_KEPT && input.length <= LONGEST_KEPT) {
          kept.add(input);
        }
      }
      for (byte[] input : Learnt.read(CORPUS.resolve(name + ".learnt"))) {
        execute(input, target);
      }
      if (Boolean.getBoolean("vedette.fuzz.keep")) {
        Path file = Files.createDirectories(OUT).resolve(name + ".learnt");
        Learnt.write(file, kept.subList(given, kept.size()));
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  /** Whether the outcome is a new one. */
  private boolean execute(byte[] input, Reader target) throws Exception {
    current = input;
    List<String> met = new ArrayList<>();
    long bytes =
        Allocation.bytesOf(
            () -> {
              try {
                met.addAll(target.read(input.clone()));
              } catch (Exception e) {
                if (!refusal.isInstance(e)) {
                  throw e;
                }
                met.add(shape(e));
              }
            });
    executions = executions + 1;
    if (bytes > mostBytes) {
      throw new AssertionError(
          "%,d bytes of heap for an input of %,d".formatted(bytes, input.length));
    }
    return outcomes.size() < MOST_KEPT && outcomes.addAll(met);
  }

  /** Where it was refused, and the message up to what it tells of this input alone. */
  private static String shape(Exception e) {
    StringBuilder shape = new StringBuilder(shape(String.valueOf(e.getMessage())));
    Arrays.stream(e.getStackTrace())
        .filter(frame -> frame.getClassName().startsWith("dev.vedette."))
        .map(frame -> frame.getClassName() + ":" + frame.getLineNumber())
        .distinct() // What nests is in there once.
        .limit(FRAMES)
        .forEach(frame -> shape.append(' ').append(frame));
    return shape.toString();
  }

  /** A message up to its first quote or brace, numbers left out. */
  public static String shape(String message) {
    return message.split("[\"'`{<]", 2)[0].replaceAll("[0-9a-f]*[0-9][0-9a-f]*", "0");
  }

  private byte[] mutated() {
    byte[] input = kept.get(random.nextInt(kept.size()));
    for (int times = 1 + random.nextInt(4); times > 0; times--) {
      input = mutated(input);
    }
    return input.length > longest ? Arrays.copyOf(input, longest) : input;
  }

  private byte[] mutated(byte[] input) {
    int at = random.nextInt(input.length + 1);
    int to = Math.min(input.length, at + 1 + random.nextInt(1 << random.nextInt(7)));
    return switch (random.nextInt(9)) {
      case 0 -> replace(input, at, to, new byte[0]);
      case 1 -> replace(input, at, at, Arrays.copyOfRange(input, at, to));
      case 2 -> replace(input, at, at, random(1 + random.nextInt(8)));
      case 3 -> replace(input, at, Math.min(input.length, at + 1), random(1));
      case 4 -> flipped(input);
      case 5 -> replace(input, at, Math.min(input.length, at + 8), number());
      case 6 -> spliced(input, at);
      case 7 -> repeated(input, at, to);
      default -> replace(input, at, random.nextBoolean() ? at : to, word());
    };
  }

  private static byte[] replace(byte[] input, int from, int to, byte[] with) {
    byte[] out = new byte[input.length - (to - from) + with.length];
    System.arraycopy(input, 0, out, 0, from);
    System.arraycopy(with, 0, out, from, with.length);
    System.arraycopy(input, to, out, from + with.length, input.length - to);
    return out;
  }

  private byte[] random(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] flipped(byte[] input) {
    byte[] out = input.clone();
    if (out.length > 0) {
      out[random.nextInt(out.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return out;
  }

  /** In one of the forms that numbers have: fixed, varint, text. */
  private byte[] number() {
    long value = INTERESTING[random.nextInt(INTERESTING.length)] + random.nextInt(3) - 1;
    if (random.nextInt(3) == 0) {
      return Long.toString(value).getBytes(StandardCharsets.UTF_8);
    }
    boolean isVarint = random.nextBoolean();
    byte[] bytes = new byte[isVarint ? 10 : 1 << random.nextInt(4)];
    int length = 0;
    do {
      boolean isLast = isVarint && (value >>> 7) == 0;
      bytes[length++] = (byte) (isVarint && !isLast ? value | 0x80 : value);
      value >>>= isVarint ? 7 : 8;
      if (isLast) {
        break;
      }
    } while (length < bytes.length);
    return Arrays.copyOf(bytes, length);
  }

  private byte[] spliced(byte[] input, int at) {
    byte[] other = kept.get(random.nextInt(kept.size()));
    int from = random.nextInt(other.length + 1);
    return replace(input, at, input.length, Arrays.copyOfRange(other, from, other.length));
  }

  /** Many times: what nests or grows does it here. */
  private byte[] repeated(byte[] input, int from, int to) {
    byte[] piece = random.nextBoolean() ? word() : Arrays.copyOfRange(input, from, to);
    int times = 1 << random.nextInt(11);
    byte[] out = new byte[Math.min(LONGEST, piece.length * times)];
    for (int i = 0; i < out.length; i++) {
      out[i] = piece[i % piece.length];
    }
    return replace(input, from, from, out);
  }

  private byte[] word() {
    return words.isEmpty() ? random(2) : words.get(random.nextInt(words.size()));
  }

  private Path save(byte[] input) {
    try {
      Path folder = Files.createDirectories(OUT);
      Path file = folder.resolve(name + "-" + Integer.toHexString(Arrays.hashCode(input)));
      return Files.write(file, input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
