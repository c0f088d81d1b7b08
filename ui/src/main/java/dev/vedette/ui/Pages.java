package dev.vedette.ui;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** The page and the files it is made of, of one build. Any thread may call. */
final class Pages {
  private static final int NONCE_BYTES = 16;

  private final SecureRandom random = new SecureRandom();
  private final Assets assets;
  private final String template;

  private Pages(Assets assets, String template) {
    this.assets = assets;
    this.template = template;
  }

  /** A module of a library: the name it is imported by, and its file. */
  private record Module(String name, String file) {
    static Module parse(String line) {
      int space = line.indexOf(' ');
      return new Module(line.substring(0, space), line.substring(space + 1));
    }
  }

  static Pages of(Assets assets) {
    // Addresses are relative, so that the pages work below any path of a proxy.
    String folder = "ui/" + assets.fingerprint();
    List<Module> modules = assets.text("imports.txt").lines().map(Module::parse).toList();
    String imports =
        modules.stream()
            .map(module -> "  \"%s\": \"./%s/%s\"".formatted(module.name(), folder, module.file()))
            .collect(Collectors.joining(",\n", "{\"imports\": {\n", "\n}}"));
    String preloads =
        assets
            .names()
            .filter(Pages::isWantedAtOnce)
            .map(file -> preload(folder, file))
            .collect(Collectors.joining());
    return new Pages(
        assets,
        assets
            .text("page.html")
            .replace("{{assets}}", folder)
            .replace("{{importmap}}", imports)
            .replace("{{preloads}}", preloads));
  }

  // Modules name each other, and without this a browser would learn of them one after the other.
  // The
  // plotting library is large, and not every page draws.
  private static boolean isWantedAtOnce(String file) {
    return file.endsWith(".js") && !file.endsWith("/echarts.js") && !file.endsWith("/theme.js");
  }

  private static String preload(String folder, String file) {
    return "<link rel=\"modulepreload\" href=\"%s/%s\">\n".formatted(folder, file);
  }

  Assets assets() {
    return assets;
  }

  /** A value that nobody can guess: what the page's import map and styles are told by. */
  String nonce() {
    byte[] bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** The page, which is the same one at all paths: the browser's side tells them apart. */
  String page(String nonce) {
    return template.replace("{{nonce}}", nonce);
  }
}
