package dev.vedette.benchmarks.load;

import java.util.HashMap;
import java.util.Map;

/** {@code name=value} words of a command line, all of which have defaults. */
final class Arguments {
  private final Map<String, String> values;

  private Arguments(Map<String, String> values) {
    this.values = values;
  }

  static Arguments parse(String[] words, Map<String, String> defaults) {
    Map<String, String> values = new HashMap<>(defaults);
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 0 || !defaults.containsKey(word.substring(0, equals))) {
        throw new IllegalArgumentException(
            "%s is not one of %s, each followed by =VALUE".formatted(word, defaults.keySet()));
      }
      values.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return new Arguments(values);
  }

  String text(String name) {
    return values.getOrDefault(name, "");
  }

  int number(String name) {
    return Integer.parseInt(text(name));
  }

  long large(String name) {
    return Long.parseLong(text(name));
  }
}
