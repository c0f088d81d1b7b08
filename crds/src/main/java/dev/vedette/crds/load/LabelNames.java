package dev.vedette.crds.load;

import java.util.Optional;
import java.util.regex.Pattern;

/** What a label may be called. Any UTF-8 text will do, as in Prometheus 3. */
final class LabelNames {
  static final String EXPECTED = "a label name, such as team or app.kubernetes.io/name";

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private LabelNames() {}

  static Optional<String> problem(String name) {
    if (name.isEmpty()) {
      return Optional.of("the label name is empty");
    }
    return CONTROL.matcher(name).find()
        ? Optional.of("the label name holds a control character")
        : Optional.empty();
  }
}
