package dev.vedette.crds.load;

import java.util.List;
import java.util.Optional;

/** A YAML or JSON value that knows where it was written. Immutable. */
sealed interface Tree {
  Position at();

  /** Values in it, itself included; an alias counts as often as it is used. */
  long weight();

  /** Levels of values in it, itself included. */
  int height();

  /** How people call such a value. */
  String describe();

  /** Fields in the order written, names distinct. */
  record Mapping(List<Field> fields, Position at, long weight, int height) implements Tree {
    public Mapping {
      fields = List.copyOf(fields);
    }

    Optional<Field> field(String name) {
      return fields.stream().filter(field -> field.name().equals(name)).findFirst();
    }

    @Override
    public String describe() {
      return "a mapping";
    }
  }

  /** One field of a mapping. */
  record Field(String name, Position at, Tree value) {}

  /** Items in the order written. */
  record Sequence(List<Tree> items, Position at, long weight, int height) implements Tree {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String describe() {
      return "a list";
    }
  }

  /**
   * A single value.
   *
   * @param text as written, quotes and escapes resolved
   * @param plain whether it stood without quotes
   */
  record Scalar(String text, Type type, boolean plain, Position at) implements Tree {
    /** The longest value that a message repeats. */
    private static final int SHOWN = 60;

    @Override
    public long weight() {
      return 1;
    }

    @Override
    public int height() {
      return 1;
    }

    @Override
    public String describe() {
      return switch (type) {
        case STRING -> "the text \"%s\"".formatted(shown());
        case INTEGER, NUMBER -> "the number " + shown();
        case BOOLEAN -> "the boolean " + text;
        case NULL -> "nothing";
      };
    }

    String shown() {
      String line = text.replace("\n", "\\n");
      return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }
  }

  /** What a scalar is, by YAML 1.2's core schema. */
  enum Type {
    STRING,
    INTEGER,
    NUMBER,
    BOOLEAN,
    NULL
  }
}
