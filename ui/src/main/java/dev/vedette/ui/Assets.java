package dev.vedette.ui;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The files that the build has put beside this class, compressed, with an index. Read when asked
 * for and not kept: a browser asks once for each build. Any thread may call.
 */
final class Assets {
  private static final Map<String, String> TYPES =
      Map.of(
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "html", "text/html; charset=utf-8",
          "txt", "text/plain; charset=utf-8");

  private final String fingerprint;
  private final Set<String> names;

  private Assets(String fingerprint, Set<String> names) {
    this.fingerprint = fingerprint;
    this.names = names;
  }

  /** Reads the index. */
  static Assets load() {
    List<String> index = new String(resource("index.txt"), StandardCharsets.UTF_8).lines().toList();
    return new Assets(index.getFirst(), Set.copyOf(index.subList(1, index.size())));
  }

  /** Another one for every build whose files differ. */
  String fingerprint() {
    return fingerprint;
  }

  /** Every file's name, in order. */
  Stream<String> names() {
    return names.stream().sorted();
  }

  /** A file as the build compressed it by gzip, if there is one of this name. */
  Optional<byte[]> compressed(String name) {
    return names.contains(name) ? Optional.of(resource(name + ".gz")) : Optional.empty();
  }

  /** A file that has to be there, as text. */
  String text(String name) {
    return new String(inflate(resource(name + ".gz")), StandardCharsets.UTF_8);
  }

  static byte[] inflate(byte[] compressed) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The content type by a name's ending. */
  static String typeOf(String name) {
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return TYPES.getOrDefault(ending, "application/octet-stream");
  }

  private static byte[] resource(String name) {
    try (@Nullable InputStream in = Assets.class.getResourceAsStream("web/" + name)) {
      if (in == null) {
        throw new IllegalStateException("BUG: %s is not on the class path".formatted(name));
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
