package dev.vedette.promql.parse;

import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.promql.lex.Strings;
import dev.vedette.promql.lex.Token;
import dev.vedette.promql.lex.TokenKind;
import dev.vedette.promql.parse.VectorMatching.Cardinality;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Parses PromQL by recursive descent, operators by precedence climbing, and checks types on the
 * way. Anything but a well-typed expression gives an {@link InvalidRequest} ({@code
 * invalid-expression}) that begins with line and column. Time and memory are linear in the text;
 * nesting and the number of operators are bounded so that no text can exhaust the stack.
 */
public final class Parser {
  static final int MAX_NESTING = 300;
  static final int MAX_OPERATORS = 500;

  private final TokenStream tokens;
  private final Features features;
  private final Postfix postfix;
  private int nesting;
  private int operators;

  private Parser(String text, Features features) {
    this.tokens = new TokenStream(text);
    this.features = features;
    this.postfix = new Postfix(tokens, features);
  }

  /** Parses a whole expression. */
  public static Expr parse(String text, Features features) {
    return new Parser(text, features).parse();
  }

  /** Parses matchers alone: {@code up{job="api"}}, as {@code match[]} takes them. */
  public static List<LabelMatcher> parseSelector(String text) {
    return parseSelector(text, false);
  }

  /** The same for a selector that may have no matcher, or only such as match every series. */
  public static List<LabelMatcher> parseAnySelector(String text) {
    return parseSelector(text, true);
  }

  private static List<LabelMatcher> parseSelector(String text, boolean mayMatchAll) {
    Parser parser = new Parser(text, Features.STOCK);
    Token first = parser.tokens.peek();
    if (first.kind() != TokenKind.LEFT_BRACE && !Printer.isPlainName(first.text())) {
      throw parser.tokens.unexpected("", "");
    }
    Expr.VectorSelector selector = parser.selector();
    if (parser.tokens.kind() != TokenKind.END_OF_INPUT) {
      throw parser.tokens.unexpected("", "");
    }
    if (mayMatchAll && selector.name().isEmpty()) {
      parser.tokens.forgive(selector.source());
    }
    parser.tokens.throwDeferred();
    return selector.matchers();
  }

  /** Labels at the beginning of a line of a test script, and where they end. */
  public record SeriesHead(Labels labels, int end) {}

  /** Parses the labels a line begins with; whatever follows them is not looked at. */
  public static SeriesHead parseSeriesHead(String line) {
    Parser parser = new Parser(line, Features.STOCK);
    TokenKind first = parser.tokens.kind();
    if (first == TokenKind.ERROR || first == TokenKind.NUMBER || first == TokenKind.STRING) {
      throw parser.tokens.unexpected("label set", "metric name or \"{\"");
    }
    Expr.VectorSelector selector = parser.selector("label set");
    Labels.Builder labels = new Labels.Builder();
    for (LabelMatcher matcher : selector.matchers()) {
      labels.set(matcher.name(), matcher.value());
    }
    return new SeriesHead(labels.build(), selector.source().end());
  }

  private Expr parse() {
    if (tokens.kind() == TokenKind.END_OF_INPUT) {
      throw tokens.fail(new SourceRange(0, 0), "no expression found in input");
    }
    Expr expr = expression();
    if (tokens.kind() != TokenKind.END_OF_INPUT) {
      throw tokens.unexpected("", "");
    }
    tokens.throwDeferred();
    return expr;
  }

  private Expr expression() {
    if (++nesting > MAX_NESTING) {
      throw tooDeep("nested more than %d deep".formatted(MAX_NESTING));
    }
    Expr expr = binary(1);
    nesting--;
    return expr;
  }

  private Expr binary(int precedence) {
    Expr left = unary();
    while (true) {
      Optional<BinaryOp> op = operator(tokens.kind());
      if (op.isEmpty() || op.get().precedence() < precedence) {
        return left;
      }
      left = binaryRest(left, op.get());
    }
  }

  private Expr binaryRest(Expr left, BinaryOp op) {
    count();
    Token symbol = tokens.next();
    boolean returnBool = tokens.accept(TokenKind.BOOL);
    Matching matching = matching();
    int modifiersEnd = tokens.lastEnd();
    int next = op.isRightAssociative() ? op.precedence() : op.precedence() + 1;
    Expr right = binary(next);
    SourceRange symbolRange =
        new SourceRange(
            symbol.start(), returnBool || matching.given() ? modifiersEnd : symbol.end());
    return new BinaryCheck(tokens, symbolRange).check(op, left, right, returnBool, matching);
  }

  /** What was written between an operator and its right side. */
  record Matching(VectorMatching matching, boolean given) {}

  private Matching matching() {
    boolean on = tokens.kind() == TokenKind.ON;
    boolean given = on || tokens.kind() == TokenKind.IGNORING;
    List<String> labels = List.of();
    List<String> include = List.of();
    Cardinality cardinality = Cardinality.ONE_TO_ONE;
    if (given) {
      tokens.next();
      labels = labelList();
      if (tokens.kind() == TokenKind.GROUP_LEFT || tokens.kind() == TokenKind.GROUP_RIGHT) {
        cardinality =
            tokens.next().kind() == TokenKind.GROUP_LEFT
                ? Cardinality.MANY_TO_ONE
                : Cardinality.ONE_TO_MANY;
        include = tokens.kind() == TokenKind.LEFT_PAREN ? labelList() : List.of();
      }
    }
    Double fillLeft = null;
    Double fillRight = null;
    while (isFill()) {
      Token fill = tokens.next();
      if (!features.fillModifiers()) {
        tokens.defer(
            TokenStream.range(fill), "binop fill modifiers are experimental and not enabled");
      }
      given = true;
      tokens.expect(TokenKind.LEFT_PAREN, "fill modifier", "\"(\"");
      double value = postfix.signedNumber("fill modifier", "number");
      tokens.expect(TokenKind.RIGHT_PAREN, "fill modifier", "\")\"");
      fillLeft = fill.kind() == TokenKind.FILL_RIGHT ? fillLeft : Double.valueOf(value);
      fillRight = fill.kind() == TokenKind.FILL_LEFT ? fillRight : Double.valueOf(value);
    }
    return new Matching(
        new VectorMatching(cardinality, labels, on, include, fillLeft, fillRight), given);
  }

  private boolean isFill() {
    return switch (tokens.kind()) {
      case FILL, FILL_LEFT, FILL_RIGHT -> tokens.isFollowedBy(TokenKind.LEFT_PAREN);
      default -> false;
    };
  }

  private Expr unary() {
    TokenKind kind = tokens.kind();
    if (kind != TokenKind.ADD && kind != TokenKind.SUB) {
      return postfix.apply(primary());
    }
    count();
    if (++nesting > MAX_NESTING) {
      throw tooDeep("nested more than %d deep".formatted(MAX_NESTING));
    }
    Token sign = tokens.next();
    // A sign binds looser than ^ and tighter than everything else.
    Expr operand = binary(BinaryOp.POWER.precedence());
    nesting--;
    boolean negative = kind == TokenKind.SUB;
    SourceRange range = new SourceRange(sign.start(), operand.source().end());
    if (operand instanceof Expr.NumberLiteral number) {
      double value = negative ? -number.value() : number.value();
      return new Expr.NumberLiteral(value, number.duration(), range);
    }
    if (operand.type() != ValueType.SCALAR && operand.type() != ValueType.INSTANT_VECTOR) {
      tokens.defer(
          range,
          "unary expression only allowed on expressions of type scalar or instant vector, got \"%s\""
              .formatted(operand.type().words()));
    }
    return new Expr.Unary(negative, operand, operand.type(), range);
  }

  private Expr primary() {
    Token token = tokens.peek();
    return switch (token.kind()) {
      case NUMBER, DURATION -> postfix.number();
      case STRING -> {
        tokens.next();
        yield new Expr.StringLiteral(Strings.unquote(token.text()), TokenStream.range(token));
      }
      case LEFT_PAREN -> paren();
      case LEFT_BRACE -> selector();
      case IDENTIFIER, START, END, STEP, RANGE, MIN_OF, MAX_OF ->
          tokens.isFollowedBy(TokenKind.LEFT_PAREN) ? call() : selector();
      case METRIC_IDENTIFIER,
          LAND,
          LOR,
          LUNLESS,
          BY,
          WITHOUT,
          OFFSET,
          ANCHORED,
          SMOOTHED,
          FILL,
          FILL_LEFT,
          FILL_RIGHT ->
          selector();
      case SUM,
          AVG,
          COUNT,
          MIN,
          MAX,
          GROUP,
          STDDEV,
          STDVAR,
          TOPK,
          BOTTOMK,
          COUNT_VALUES,
          QUANTILE,
          LIMITK,
          LIMIT_RATIO ->
          isAggregation() ? aggregation() : selector();
      default -> throw tokens.unexpected("", "");
    };
  }

  private Expr paren() {
    int start = tokens.next().start();
    Expr inner = expression();
    if (tokens.kind() != TokenKind.RIGHT_PAREN) {
      throw tokens.unexpected("", "");
    }
    return new Expr.Paren(inner, inner.type(), new SourceRange(start, tokens.next().end()));
  }

  private boolean isAggregation() {
    return tokens.isFollowedBy(TokenKind.LEFT_PAREN)
        || tokens.isFollowedBy(TokenKind.BY)
        || tokens.isFollowedBy(TokenKind.WITHOUT);
  }

  private Expr aggregation() {
    Token name = tokens.next();
    AggregationOp op = AggregationOp.valueOf(name.kind().name());
    boolean grouped = tokens.kind() == TokenKind.BY || tokens.kind() == TokenKind.WITHOUT;
    boolean without = tokens.kind() == TokenKind.WITHOUT;
    List<String> grouping = List.of();
    if (grouped) {
      tokens.next();
      grouping = labelList();
    }
    List<Expr> arguments = arguments(false);
    if (!grouped && (tokens.kind() == TokenKind.BY || tokens.kind() == TokenKind.WITHOUT)) {
      without = tokens.next().kind() == TokenKind.WITHOUT;
      grouping = labelList();
    }
    SourceRange range = new SourceRange(name.start(), tokens.lastEnd());
    if (op.isExperimental() && !features.experimentalFunctions()) {
      throw tokens.fail(
          range,
          "%s() is experimental and must be enabled with --enable-feature=promql-experimental-functions"
              .formatted(op.text()));
    }
    int wanted = op.hasParameter() ? 2 : 1;
    if (arguments.isEmpty()) {
      throw tokens.fail(range, "no arguments for aggregate expression provided");
    }
    if (arguments.size() != wanted) {
      throw tokens.fail(
          range,
          "wrong number of arguments for aggregate expression provided, expected %d, got %d"
              .formatted(wanted, arguments.size()));
    }
    Expr operand = arguments.getLast();
    expectType(operand, ValueType.INSTANT_VECTOR, "aggregation expression");
    Expr parameter = op.hasParameter() ? arguments.getFirst() : null;
    if (parameter != null) {
      ValueType type = op == AggregationOp.COUNT_VALUES ? ValueType.STRING : ValueType.SCALAR;
      expectType(parameter, type, "aggregation parameter");
    }
    return new Expr.Aggregation(op, parameter, operand, grouping, without, range);
  }

  private Expr call() {
    Token name = tokens.next();
    Optional<Function> found = Functions.find(name.text());
    if (found.isEmpty()) {
      throw tokens.fail(
          TokenStream.range(name), "unknown function with name \"%s\"".formatted(name.text()));
    }
    Function function = found.get();
    if (function.experimental() && !features.experimentalFunctions()) {
      throw tokens.fail(
          TokenStream.range(name), "function \"%s\" is not enabled".formatted(name.text()));
    }
    List<Expr> arguments = arguments(function.name().equals("info"));
    SourceRange range = new SourceRange(name.start(), tokens.lastEnd());
    checkCount(function, arguments.size(), range);
    for (int i = 0; i < arguments.size() && !function.parameters().isEmpty(); i++) {
      expectType(
          arguments.get(i),
          function.parameter(i),
          "call to function \"%s\"".formatted(function.name()));
    }
    return new Expr.Call(function, arguments, range);
  }

  private void checkCount(Function function, int given, SourceRange range) {
    int most =
        switch (function.variadic()) {
          case 0 -> function.parameters().size();
          case -1 -> Integer.MAX_VALUE;
          default -> function.atLeast() + function.variadic();
        };
    if (given >= function.atLeast() && given <= most) {
      return;
    }
    String bound = function.variadic() == 0 ? "" : given > most ? "at most " : "at least ";
    tokens.defer(
        range,
        "expected %s%d argument(s) in call to \"%s\", got %d"
            .formatted(bound, given > most ? most : function.atLeast(), function.name(), given));
  }

  private List<Expr> arguments(boolean ofInfo) {
    tokens.expect(TokenKind.LEFT_PAREN, "", "");
    List<Expr> arguments = new ArrayList<>();
    if (tokens.accept(TokenKind.RIGHT_PAREN)) {
      return arguments;
    }
    while (true) {
      Expr argument = expression();
      if (ofInfo && arguments.size() == 1) {
        checkInfoSelector(argument);
      }
      arguments.add(argument);
      if (tokens.kind() == TokenKind.COMMA) {
        Token comma = tokens.next();
        if (tokens.kind() == TokenKind.RIGHT_PAREN) {
          throw tokens.fail(
              TokenStream.range(comma), "trailing commas not allowed in function call args");
        }
      } else if (tokens.accept(TokenKind.RIGHT_PAREN)) {
        return arguments;
      } else {
        throw tokens.unexpected("", "");
      }
    }
  }

  private void checkInfoSelector(Expr argument) {
    if (!(argument instanceof Expr.VectorSelector selector)) {
      tokens.forgive(argument.source());
      tokens.defer(argument.source(), "expected label selectors only");
    } else if (!selector.name().isEmpty()) {
      tokens.defer(argument.source(), "expected label selectors only, got vector selector instead");
    } else {
      tokens.forgive(argument.source());
    }
  }

  private void expectType(Expr expr, ValueType wanted, String context) {
    if (expr.type() != wanted) {
      tokens.defer(
          expr.source(),
          "expected type %s in %s, got %s".formatted(wanted.words(), context, expr.type().words()));
    }
  }

  private Expr.VectorSelector selector() {
    return selector("label matching");
  }

  private Expr.VectorSelector selector(String context) {
    Token first = tokens.peek();
    boolean named = first.kind() != TokenKind.LEFT_BRACE;
    String name = named ? tokens.next().text() : "";
    List<LabelMatcher> matchers = new ArrayList<>();
    if (tokens.accept(TokenKind.LEFT_BRACE)) {
      new MatcherParser(tokens, context).parse(matchers);
    }
    SourceRange range = new SourceRange(first.start(), tokens.lastEnd());
    if (named) {
      for (LabelMatcher matcher : matchers) {
        if (matcher.name().equals(Labels.METRIC_NAME)) {
          tokens.defer(
              range,
              "metric name must not be set twice: \"%s\" or \"%s\""
                  .formatted(name, matcher.value()));
        }
      }
      matchers.add(LabelMatcher.equal(Labels.METRIC_NAME, name));
    } else if (matchers.stream().allMatch(LabelMatcher::matchesEmpty)) {
      tokens.defer(range, "vector selector must contain at least one non-empty matcher");
    }
    return new Expr.VectorSelector(name, matchers, Modifiers.NONE, Expr.Extension.NONE, range);
  }

  private List<String> labelList() {
    String context = "grouping opts";
    tokens.expect(TokenKind.LEFT_PAREN, context, "\"(\"");
    List<String> labels = new ArrayList<>();
    while (!tokens.accept(TokenKind.RIGHT_PAREN)) {
      labels.add(label(context));
      if (tokens.kind() != TokenKind.RIGHT_PAREN) {
        tokens.expect(TokenKind.COMMA, context, "\",\" or \")\"");
      }
    }
    return labels;
  }

  private String label(String context) {
    Token token = tokens.peek();
    boolean word =
        switch (token.kind().group()) {
          case KEYWORD, AGGREGATION -> true;
          case OPERATOR -> !token.kind().word().isEmpty();
          case LITERAL ->
              token.kind() == TokenKind.IDENTIFIER
                  || token.kind() == TokenKind.STRING
                  || token.kind() == TokenKind.NUMBER && Character.isLetter(token.text().charAt(0));
          case PUNCTUATION -> false;
        };
    if (!word) {
      throw tokens.unexpected(context, "label");
    }
    tokens.next();
    return token.kind() == TokenKind.STRING ? Strings.unquote(token.text()) : token.text();
  }

  private void count() {
    if (++operators > MAX_OPERATORS) {
      throw tooDeep("more than %d operators".formatted(MAX_OPERATORS));
    }
  }

  private InvalidRequest tooDeep(String how) {
    // What was wrong before this point is the better message.
    tokens.throwDeferred();
    return tokens.fail(TokenStream.range(tokens.peek()), "expression too complex: " + how);
  }

  private static Optional<BinaryOp> operator(TokenKind kind) {
    return Optional.ofNullable(operatorOf(kind));
  }

  private static @Nullable BinaryOp operatorOf(TokenKind kind) {
    return switch (kind) {
      case ADD -> BinaryOp.ADD;
      case SUB -> BinaryOp.SUBTRACT;
      case MUL -> BinaryOp.MULTIPLY;
      case DIV -> BinaryOp.DIVIDE;
      case MOD -> BinaryOp.MODULO;
      case POW -> BinaryOp.POWER;
      case ATAN2 -> BinaryOp.ATAN2;
      case EQLC -> BinaryOp.EQUAL;
      case NEQ -> BinaryOp.NOT_EQUAL;
      case GTR -> BinaryOp.GREATER;
      case LSS -> BinaryOp.LESS;
      case GTE -> BinaryOp.GREATER_OR_EQUAL;
      case LTE -> BinaryOp.LESS_OR_EQUAL;
      case TRIM_UPPER -> BinaryOp.TRIM_UPPER;
      case TRIM_LOWER -> BinaryOp.TRIM_LOWER;
      case LAND -> BinaryOp.AND;
      case LOR -> BinaryOp.OR;
      case LUNLESS -> BinaryOp.UNLESS;
      default -> null;
    };
  }
}
