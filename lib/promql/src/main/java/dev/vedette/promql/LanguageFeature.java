package dev.vedette.promql;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.parse.Features;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What Prometheus switches on by {@code --enable-feature}, as far as queries are concerned. */
public enum LanguageFeature {
  EXPERIMENTAL_FUNCTIONS("promql-experimental-functions"),
  /** On without being asked for, as in Prometheus since 3.14. */
  DURATION_EXPRESSIONS("promql-duration-expr"),
  EXTENDED_RANGE_SELECTORS("promql-extended-range-selectors"),
  FILL_MODIFIERS("promql-binop-fill-modifiers"),
  DELAYED_NAME_REMOVAL("promql-delayed-name-removal"),
  /** Prometheus refuses it beside {@link #EXTENDED_RANGE_SELECTORS}, and so do we. */
  START_TIMESTAMPS("use-start-timestamps"),
  /** Labels that scraping and remote write add; queries tell counters by them. */
  TYPE_AND_UNIT_LABELS("type-and-unit-labels");

  private final String text;

  LanguageFeature(String text) {
    this.text = text;
  }

  /** The name that Prometheus has for it. */
  public String text() {
    return text;
  }

  /**
   * Reads a list of names, such as {@code promql-experimental-functions,use-start-timestamps}; an
   * empty text is none. Throws {@link InvalidRequest} for a name that is none of these.
   */
  public static Set<LanguageFeature> parse(String text) {
    Set<LanguageFeature> features = EnumSet.noneOf(LanguageFeature.class);
    for (String part : text.split(",", -1)) {
      String name = part.strip();
      if (!name.isEmpty()) {
        features.add(
            Arrays.stream(values())
                .filter(feature -> feature.text.equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(name)));
      }
    }
    return features;
  }

  private static InvalidRequest unknown(String name) {
    return new InvalidRequest(
        ErrorId.INVALID_REQUEST,
        "there is no feature \"%s\" to enable".formatted(name),
        "features that have to be enabled are "
            + Arrays.stream(values()).map(LanguageFeature::text).collect(Collectors.joining(", ")));
  }

  /** The same features; {@link InvalidRequest} where they exclude each other. */
  public static Set<LanguageFeature> checked(Set<LanguageFeature> features) {
    if (features.contains(START_TIMESTAMPS) && features.contains(EXTENDED_RANGE_SELECTORS)) {
      throw new InvalidRequest(
          ErrorId.INVALID_REQUEST,
          "features %s and %s exclude each other"
              .formatted(START_TIMESTAMPS.text, EXTENDED_RANGE_SELECTORS.text),
          "enable one of them");
    }
    return features;
  }

  /** What the parser takes where these are on. */
  public static Features syntax(Set<LanguageFeature> features) {
    return new Features(
        features.contains(EXPERIMENTAL_FUNCTIONS),
        true,
        features.contains(EXTENDED_RANGE_SELECTORS),
        features.contains(FILL_MODIFIERS));
  }
}
