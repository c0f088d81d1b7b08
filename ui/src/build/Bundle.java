import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Makes what the server sends of what is written: our own files and the libraries' modules, each
 * compressed as hard as it goes, with an index that begins with a fingerprint of them all. Run by
 * the build: {@code java Bundle.java OURS UNPACKED OUT}.
 */
public final class Bundle {
  /** What modules are imported as, and where their jars have them. */
  private static final Map<String, String> MODULES = new LinkedHashMap<>();

  static {
    for (String name : new String[] {"autocomplete", "commands", "language", "lint", "state", "view"}) {
      MODULES.put("@codemirror/" + name, name + "/dist/index.js");
    }
    MODULES.put("@lezer/common", "common/dist/index.js");
    MODULES.put("@lezer/highlight", "highlight/dist/index.js");
    MODULES.put("@marijn/find-cluster-break", "find-cluster-break/src/index.js");
    MODULES.put("crelt", "crelt/index.js");
    MODULES.put("style-mod", "style-mod/src/style-mod.js");
    MODULES.put("w3c-keyname", "w3c-keyname/index.js");
    MODULES.put("echarts", "echarts/dist/echarts.esm.min.mjs");
  }

  private Bundle() {}

  public static void main(String[] arguments) throws IOException, NoSuchAlgorithmException {
    Path ours = Path.of(arguments[0]);
    Path unpacked = Path.of(arguments[1]);
    Path out = Path.of(arguments[2]);
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(ours)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(ours.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    }
    StringBuilder imports = new StringBuilder();
    for (Map.Entry<String, String> module : MODULES.entrySet()) {
      String folder = module.getValue().substring(0, module.getValue().indexOf('/'));
      String file = "lib/" + folder + ".js";
      files.put(file, find(unpacked.resolve(folder), module.getValue().substring(folder.length() + 1)));
      files.put("lib/" + folder + ".LICENSE.txt", find(unpacked.resolve(folder), "LICENSE"));
      imports.append(module.getKey()).append(' ').append(file).append('\n');
    }
    files.put("imports.txt", imports.toString().getBytes(StandardCharsets.UTF_8));
    write(files, out);
  }

  private static byte[] find(Path folder, String end) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return Files.readAllBytes(
          all.filter(file -> file.endsWith(end) || file.toString().replace('\\', '/').endsWith("/" + end))
              .findFirst()
              .orElseThrow(() -> new NoSuchFileException(folder + "/**/" + end)));
    }
  }

  private static void write(Map<String, byte[]> files, Path out) throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    StringBuilder index = new StringBuilder();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      digest.update(file.getKey().getBytes(StandardCharsets.UTF_8));
      digest.update(file.getValue());
      Path compressed = out.resolve(file.getKey() + ".gz");
      Files.createDirectories(compressed.getParent());
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (OutputStream gzip = new Hardest(bytes)) {
        gzip.write(file.getValue());
      }
      Files.write(compressed, bytes.toByteArray());
      index.append(file.getKey()).append('\n');
    }
    String fingerprint = HexFormat.of().formatHex(digest.digest(), 0, 8);
    Files.writeString(out.resolve("index.txt"), fingerprint + "\n" + index);
  }

  private static final class Hardest extends GZIPOutputStream {
    Hardest(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}
