package dev.vedette.crds.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;

/** What can be done with any {@link Tree}. */
final class Trees {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** No bound of ours needs more digits; longer numbers only cost time. */
  static final int MAX_DIGITS = 30;

  /** What fits a long whatever its digits are, sign included. */
  private static final int LONG_DIGITS = 18;

  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]+");

  private Trees() {}

  static JsonNode toJson(Tree tree) {
    return switch (tree) {
      case Tree.Mapping mapping -> {
        ObjectNode object = JSON.objectNode();
        mapping.fields().forEach(field -> object.set(field.name(), toJson(field.value())));
        yield object;
      }
      case Tree.Sequence sequence -> {
        ArrayNode array = JSON.arrayNode();
        sequence.items().forEach(item -> array.add(toJson(item)));
        yield array;
      }
      case Tree.Scalar scalar -> toJson(scalar);
    };
  }

  static JsonNode toJson(Tree.Scalar scalar) {
    String text = scalar.text();
    return switch (scalar.type()) {
      case STRING -> JSON.textNode(text);
      case BOOLEAN -> JSON.booleanNode(text.toLowerCase(Locale.ROOT).equals("true"));
      case NULL -> JSON.nullNode();
      case INTEGER, NUMBER -> number(text);
    };
  }

  /** What is no plain number of a usual length has no place in a schema here and stays a text. */
  private static JsonNode number(String text) {
    try {
      if (text.length() <= LONG_DIGITS && WHOLE.matcher(text).matches()) {
        return JSON.numberNode(Long.parseLong(text));
      }
      return text.length() > MAX_DIGITS
          ? JSON.textNode(text)
          : JSON.numberNode(new BigDecimal(text));
    } catch (NumberFormatException _) {
      return JSON.textNode(text);
    }
  }
}
