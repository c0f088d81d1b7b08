package dev.vedette.crds.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.crds.value.DurationText;
import dev.vedette.crds.value.SizeText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object that a schema has checked and completed, by type. Asking for a field
 * that is not there, and has to be, is a bug.
 */
record Fields(JsonNode object) {

  String text(String name) {
    return required(name).textValue();
  }

  @Nullable String optionalText(String name) {
    return object.path(name).textValue();
  }

  boolean flag(String name) {
    return required(name).booleanValue();
  }

  int integer(String name) {
    return required(name).intValue();
  }

  long longInteger(String name) {
    return required(name).longValue();
  }

  @Nullable Integer optionalInteger(String name) {
    return object.has(name) ? Integer.valueOf(integer(name)) : null;
  }

  @Nullable Long optionalLong(String name) {
    return object.has(name) ? Long.valueOf(longInteger(name)) : null;
  }

  DurationText duration(String name) {
    return DurationText.parse(text(name));
  }

  @Nullable DurationText optionalDuration(String name) {
    return object.has(name) ? duration(name) : null;
  }

  SizeText size(String name) {
    return SizeText.parse(text(name));
  }

  @Nullable SizeText optionalSize(String name) {
    return object.has(name) ? size(name) : null;
  }

  /** One of a few texts, as what it stands for. */
  <T> T choice(String name, Map<String, T> choices) {
    T chosen = choices.get(text(name));
    if (chosen == null) {
      throw new IllegalStateException("BUG: %s %s has no meaning".formatted(name, text(name)));
    }
    return chosen;
  }

  <T> T object(String name, Function<Fields, T> reader) {
    return reader.apply(new Fields(required(name)));
  }

  <T> @Nullable T optionalObject(String name, Function<Fields, T> reader) {
    return object.has(name) ? object(name, reader) : null;
  }

  /** Empty where there is no such field. */
  <T> List<T> objects(String name, Function<Fields, T> reader) {
    List<T> objects = new ArrayList<>();
    for (JsonNode item : object.path(name)) {
      objects.add(reader.apply(new Fields(item)));
    }
    return objects;
  }

  /** Empty where there is no such field. */
  List<String> textList(String name) {
    return texts(object.path(name));
  }

  /** Empty where there is no such field. */
  Map<String, String> texts(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : object.path(name).properties()) {
      texts.put(entry.getKey(), entry.getValue().textValue());
    }
    return texts;
  }

  /** Empty where there is no such field. */
  Map<String, List<String>> textLists(String name) {
    Map<String, List<String>> lists = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : object.path(name).properties()) {
      lists.put(entry.getKey(), texts(entry.getValue()));
    }
    return lists;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : array) {
      texts.add(item.textValue());
    }
    return texts;
  }

  private JsonNode required(String name) {
    JsonNode value = object.get(name);
    if (value == null) {
      throw new IllegalStateException("BUG: checked JSON lacks " + name);
    }
    return value;
  }
}
