package dev.vedette.crds.load;

import dev.vedette.crds.load.Tree.Field;
import dev.vedette.crds.load.Tree.Mapping;
import dev.vedette.crds.load.Tree.Scalar;
import dev.vedette.crds.load.Tree.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Turns one YAML 1.2 document (and so any JSON) into a {@link Tree}. Depth and size are bounded, so
 * that neither deep nesting nor aliases of aliases cost more than their own text.
 */
final class TreeReader {
  static final int MAX_DEPTH = 100;
  static final int MAX_VALUES = 500_000;

  private static final Pattern NULL = Pattern.compile("|~|null|Null|NULL");
  private static final Pattern BOOLEAN = Pattern.compile("true|True|TRUE|false|False|FALSE");
  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
  private static final Pattern NUMBER =
      Pattern.compile(
          "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)"
              + "|0x[0-9a-fA-F]+|0o[0-7]+");
  private static final String TAG_PREFIX = "tag:yaml.org,2002:";

  private final int firstLine;
  private final Problems problems;
  private final Map<Anchor, Tree> anchors = new HashMap<>();
  private final Iterator<Event> events;
  private long values;

  private TreeReader(String text, int firstLine, Problems problems) {
    LoadSettings settings = LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build();
    this.firstLine = firstLine;
    this.problems = problems;
    this.events = new Parse(settings).parseString(text).iterator();
  }

  /** Stops reading a document whose problem has been noted. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused() {
      super(null, null, false, false);
    }
  }

  /**
   * Reads the one document of a text; empty where it holds nothing but comments, or where it could
   * not be read, which is then among the problems.
   *
   * @param firstLine the line of the file at which the text starts, from 1
   */
  static Optional<Tree> read(String text, int firstLine, Problems problems) {
    try {
      return new TreeReader(text, firstLine, problems).document();
    } catch (MarkedYamlEngineException e) {
      Position at = e.getProblemMark().map(mark -> at(mark, firstLine)).orElse(Position.START);
      problems.add(at, "", "not valid YAML: " + syntaxError(e), "", "");
    } catch (YamlEngineException e) {
      String what = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      problems.add(new Position(firstLine, 1), "", "not valid YAML: " + what, "", "");
    } catch (Refused _) {
      // Noted where it was found.
    }
    return Optional.empty();
  }

  private static String syntaxError(MarkedYamlEngineException e) {
    String problem = String.valueOf(e.getProblem());
    return e.getContext() == null ? problem : problem + " " + e.getContext();
  }

  private Optional<Tree> document() throws Refused {
    Optional<Tree> root = Optional.empty();
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof NodeEvent node) {
        if (root.isPresent()) {
          throw refuse(at(event), "a second document starts here", "start it with a line ---");
        }
        root = Optional.of(value(node, 1));
      }
    }
    boolean blank =
        root.isPresent()
            && root.get() instanceof Scalar(_, Tree.Type type, _, _)
            && type == Tree.Type.NULL;
    return blank ? Optional.empty() : root;
  }

  private Tree value(NodeEvent event, int depth) throws Refused {
    checkDepth(event, depth);
    // By id: a switch over types is compiled anew at each start, and a start reads files.
    Tree tree =
        switch (event.getEventId()) {
          case Scalar -> scalar((ScalarEvent) event);
          case Alias -> aliased((AliasEvent) event, depth);
          case SequenceStart -> sequence(at(event), depth);
          case MappingStart -> mapping(at(event), depth);
          default -> throw new IllegalStateException("BUG: unknown YAML event " + event);
        };
    values += tree instanceof Scalar || event instanceof AliasEvent ? tree.weight() : 1;
    if (values > MAX_VALUES) {
      throw refuse(
          at(event),
          "the document has more than %d values, aliases counted as often as used"
              .formatted(MAX_VALUES),
          "split it");
    }
    if (!(event instanceof AliasEvent)) {
      event.getAnchor().ifPresent(anchor -> anchors.put(anchor, tree));
    }
    return tree;
  }

  private void checkDepth(Event event, int depth) throws Refused {
    if (depth > MAX_DEPTH) {
      throw refuse(at(event), "values are nested more than %d deep".formatted(MAX_DEPTH), "");
    }
  }

  private Tree aliased(AliasEvent alias, int depth) throws Refused {
    Tree tree = anchors.get(alias.getAlias());
    if (tree == null) {
      throw refuse(
          at(alias),
          "the alias *%s has no anchor before it".formatted(alias.getAlias()),
          "write &%s at the value it stands for".formatted(alias.getAlias()));
    }
    checkDepth(alias, depth + tree.height() - 1);
    return tree;
  }

  private Sequence sequence(Position at, int depth) throws Refused {
    List<Tree> items = new ArrayList<>();
    long weight = 1;
    int height = 0;
    while (events.next() instanceof NodeEvent node) {
      Tree item = value(node, depth + 1);
      items.add(item);
      weight += item.weight();
      height = Math.max(height, item.height());
    }
    return new Sequence(items, at, weight, height + 1);
  }

  private Mapping mapping(Position at, int depth) throws Refused {
    Map<String, Field> fields = new LinkedHashMap<>();
    List<Field> merged = new ArrayList<>();
    long weight = 1;
    int height = 0;
    while (events.next() instanceof NodeEvent key) {
      Position keyAt = at(key);
      if (!(value(key, depth + 1) instanceof Scalar(String name, _, boolean plain, _))) {
        throw refuse(keyAt, "a field's name is a list or a mapping", "name fields by a text");
      }
      Tree value = value((NodeEvent) events.next(), depth + 1);
      weight += value.weight();
      height = Math.max(height, value.height());
      if (name.equals("<<") && plain) {
        merged.addAll(merge(value));
        continue;
      }
      Field earlier = fields.putIfAbsent(name, new Field(name, keyAt, value));
      if (earlier != null) {
        problems.add(
            keyAt,
            name,
            "the field is given twice, first in line %d".formatted(earlier.at().line()),
            "",
            "remove one");
      }
    }
    merged.forEach(field -> fields.putIfAbsent(field.name(), field));
    return new Mapping(List.copyOf(fields.values()), at, weight, height + 1);
  }

  /** What {@code <<} brings in: the fields of one mapping, or of several, the first one winning. */
  private List<Field> merge(Tree value) throws Refused {
    return switch (value) {
      case Mapping mapping -> mapping.fields();
      case Sequence sequence -> {
        List<Field> fields = new ArrayList<>();
        for (Tree item : sequence.items()) {
          fields.addAll(merge(item));
        }
        yield fields;
      }
      case Scalar scalar ->
          throw refuse(scalar.at(), "<< takes a mapping, found " + scalar.describe(), "");
    };
  }

  private Scalar scalar(ScalarEvent event) throws Refused {
    String text = event.getValue();
    boolean plain = event.isPlain();
    Tree.Type type;
    if (event.getTag().isPresent()) {
      type = tagged(event, event.getTag().get());
    } else {
      type = plain ? plainType(text) : Tree.Type.STRING;
    }
    return new Scalar(text, type, plain, at(event));
  }

  private Tree.Type tagged(ScalarEvent event, String tag) throws Refused {
    Tree.Type type =
        switch (tag) {
          case "!", TAG_PREFIX + "str" -> Tree.Type.STRING;
          case TAG_PREFIX + "int" -> Tree.Type.INTEGER;
          case TAG_PREFIX + "float" -> Tree.Type.NUMBER;
          case TAG_PREFIX + "bool" -> Tree.Type.BOOLEAN;
          case TAG_PREFIX + "null" -> Tree.Type.NULL;
          default ->
              throw refuse(at(event), "the tag %s has no meaning here".formatted(tag), "remove it");
        };
    if (type != Tree.Type.STRING && plainType(event.getValue()) != type) {
      String what = "\"%s\" is not what its tag says".formatted(event.getValue());
      throw refuse(at(event), what, "remove the tag");
    }
    return type;
  }

  private static Tree.Type plainType(String text) {
    if (NULL.matcher(text).matches()) {
      return Tree.Type.NULL;
    }
    if (BOOLEAN.matcher(text).matches()) {
      return Tree.Type.BOOLEAN;
    }
    if (INTEGER.matcher(text).matches()) {
      return Tree.Type.INTEGER;
    }
    return NUMBER.matcher(text).matches() ? Tree.Type.NUMBER : Tree.Type.STRING;
  }

  private Refused refuse(Position at, String what, String wayOut) {
    problems.add(at, "", what, "", wayOut);
    return new Refused();
  }

  private Position at(Event event) {
    return event.getStartMark().map(mark -> at(mark, firstLine)).orElse(Position.START);
  }

  private static Position at(Mark mark, int firstLine) {
    return new Position(mark.getLine() + firstLine, mark.getColumn() + 1);
  }
}
