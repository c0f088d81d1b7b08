package dev.vedette.querier.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads flat JSON objects that clients send. Errors name line and column. */
public final class JsonObjects {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private JsonObjects() {}

  /**
   * The members of an object in their order; values that are numbers come as their text.
   *
   * @throws InvalidRequest where the text is anything else than an object of strings and numbers
   */
  public static Map<String, String> scalars(String text) {
    return read(text, true);
  }

  /**
   * The members of an object of strings, in their order.
   *
   * @throws InvalidRequest where the text is anything else
   */
  public static Map<String, String> strings(String text) {
    return read(text, false);
  }

  private static Map<String, String> read(String text, boolean numbers) {
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw refused(json, "expected a JSON object");
      }
      Map<String, String> members = new LinkedHashMap<>();
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        boolean takes =
            switch (json.nextToken()) {
              case VALUE_STRING -> true;
              case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> numbers;
              default -> false;
            };
        if (!takes) {
          throw refused(
              json,
              "expected a string%s for \"%s\"".formatted(numbers ? " or a number" : "", name));
        }
        members.put(name, json.getText());
      }
      if (json.nextToken() != null) {
        throw refused(json, "expected nothing behind the object");
      }
      return members;
    } catch (JsonProcessingException e) {
      throw invalid(
          e.getLocation().getLineNr(), e.getLocation().getColumnNr(), e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalStateException("BUG: reading a text failed", e);
    }
  }

  private static InvalidRequest refused(JsonParser json, String expected) {
    return invalid(
        json.currentTokenLocation().getLineNr(),
        json.currentTokenLocation().getColumnNr(),
        expected);
  }

  private static InvalidRequest invalid(int line, int column, String words) {
    return new InvalidRequest(
        ErrorId.INVALID_REQUEST,
        "%d:%d: invalid JSON: %s".formatted(line, Math.max(column, 1), words),
        "");
  }
}
