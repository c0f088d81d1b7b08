package dev.vedette.crds.load;

import dev.vedette.crds.load.Tree.Field;
import dev.vedette.crds.load.Tree.Mapping;
import dev.vedette.crds.load.Tree.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The way from an object to one of its fields: {@code spec.static.targets[0]}. Immutable. */
final class FieldPath {
  static final FieldPath ROOT = new FieldPath(List.of());

  private static final Pattern SIMPLE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

  private sealed interface Step {
    record Name(String name) implements Step {}

    record Index(int index) implements Step {}
  }

  private final List<Step> steps;

  private FieldPath(List<Step> steps) {
    this.steps = steps;
  }

  FieldPath field(String name) {
    return with(new Step.Name(name));
  }

  FieldPath item(int index) {
    return with(new Step.Index(index));
  }

  private FieldPath with(Step step) {
    List<Step> longer = new ArrayList<>(steps);
    longer.add(step);
    return new FieldPath(List.copyOf(longer));
  }

  /** Where it was written below a value, or where the deepest part of it that is there was. */
  Position locate(Tree root) {
    Tree at = root;
    Position found = root.at();
    for (Step step : steps) {
      Optional<Field> next = step(at, step);
      if (next.isEmpty()) {
        return found;
      }
      at = next.get().value();
      found = next.get().at();
    }
    return found;
  }

  private static Optional<Field> step(Tree at, Step step) {
    return switch (step) {
      case Step.Name(String name) ->
          at instanceof Mapping mapping ? mapping.field(name) : Optional.empty();
      case Step.Index(int index)
          when at instanceof Sequence list && index < list.items().size() -> {
        Tree item = list.items().get(index);
        yield Optional.of(new Field("", item.at(), item));
      }
      case Step.Index _ -> Optional.empty();
    };
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Step step : steps) {
      switch (step) {
        case Step.Index(int index) -> text.append('[').append(index).append(']');
        case Step.Name(String name) when SIMPLE_NAME.matcher(name).matches() ->
            text.append(text.isEmpty() ? "" : ".").append(name);
        case Step.Name(String name) -> text.append("[\"").append(name).append("\"]");
      }
    }
    return text.toString();
  }
}
