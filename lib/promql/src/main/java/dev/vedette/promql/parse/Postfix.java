package dev.vedette.promql.parse;

import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.lex.Token;
import dev.vedette.promql.lex.TokenKind;
import dev.vedette.promql.parse.Expr.Extension;
import dev.vedette.promql.parse.Modifiers.At;
import java.math.BigDecimal;
import java.util.Locale;

/** What may follow a selector: ranges, {@code offset}, {@code @}, and durations in them. */
final class Postfix {
  private static final double LONGEST_SECONDS = Long.MAX_VALUE / 1e9;
  private static final String NUMBERS = "number, duration, step(), or range()";

  private final TokenStream tokens;
  private final Features features;
  private final DurationParser durations;
  private int applied;

  Postfix(TokenStream tokens, Features features) {
    this.tokens = tokens;
    this.features = features;
    this.durations = new DurationParser(tokens, features, this);
  }

  Expr apply(Expr operand) {
    Expr expr = operand;
    while (true) {
      if (++applied > Parser.MAX_OPERATORS * 4) {
        tokens.throwDeferred();
        throw tokens.fail(TokenStream.range(tokens.peek()), "expression too complex");
      }
      switch (tokens.kind()) {
        case LEFT_BRACKET -> expr = range(expr);
        case OFFSET -> expr = offset(expr);
        case AT -> expr = at(expr);
        case ANCHORED -> expr = extend(expr, Extension.ANCHORED);
        case SMOOTHED -> expr = extend(expr, Extension.SMOOTHED);
        default -> {
          return expr;
        }
      }
    }
  }

  private Expr range(Expr operand) {
    Token bracket = tokens.next();
    int from = tokens.peek().start();
    DurationExpr range = durations.inBrackets("subquery or range selector", NUMBERS);
    checkPositive(range, new SourceRange(from, tokens.lastEnd()));
    if (tokens.accept(TokenKind.COLON)) {
      return subquery(operand, range);
    }
    Token close = tokens.expect(TokenKind.RIGHT_BRACKET, "subquery or range", "\":\" or \"]\"");
    SourceRange brackets = new SourceRange(bracket.start(), close.end());
    if (!(operand instanceof Expr.VectorSelector selector)) {
      throw tokens.fail(brackets, "ranges only allowed for vector selectors");
    }
    if (selector.modifiers().offset() != null) {
      throw tokens.fail(brackets, "no offset modifiers allowed before range");
    }
    if (selector.modifiers().at() != null) {
      throw tokens.fail(brackets, "no @ modifiers allowed before range");
    }
    return new Expr.MatrixSelector(
        selector, range, new SourceRange(selector.source().start(), close.end()));
  }

  private Expr subquery(Expr operand, DurationExpr range) {
    DurationExpr step = null;
    if (tokens.kind() != TokenKind.RIGHT_BRACKET) {
      int from = tokens.peek().start();
      step =
          durations.inBrackets("subquery selector", "number, duration, step(), range(), or \"]\"");
      checkPositive(step, new SourceRange(from, tokens.lastEnd()));
    }
    Token close = tokens.expect(TokenKind.RIGHT_BRACKET, "subquery selector", "\"]\"");
    SourceRange source = new SourceRange(operand.source().start(), close.end());
    if (operand.type() != ValueType.INSTANT_VECTOR) {
      tokens.defer(
          source,
          "subquery is only allowed on instant vector, got %s instead"
              .formatted(operand.type().text()));
    }
    return new Expr.Subquery(operand, range, step, Modifiers.NONE, source);
  }

  private void checkPositive(DurationExpr duration, SourceRange range) {
    if (duration instanceof DurationExpr.Literal literal && literal.seconds() <= 0) {
      throw tokens.fail(range, "duration must be greater than 0");
    }
  }

  private Expr offset(Expr operand) {
    tokens.next();
    DurationExpr offset = durations.offset();
    Modifiers before =
        modifiers(
            operand,
            "offset modifier must be preceded by an instant vector selector or range vector"
                + " selector or a subquery");
    if (before.offset() != null) {
      throw tokens.fail(operand.source(), "offset may not be set multiple times");
    }
    return with(operand, before.withOffset(offset));
  }

  private Expr at(Expr operand) {
    tokens.next();
    At at = atTime(operand);
    Modifiers before =
        modifiers(
            operand,
            "@ modifier must be preceded by an instant vector selector or range vector selector"
                + " or a subquery");
    if (before.at() != null) {
      throw tokens.fail(operand.source(), "@ <timestamp> may not be set multiple times");
    }
    return with(operand, before.withAt(at));
  }

  private At atTime(Expr operand) {
    TokenKind kind = tokens.kind();
    if (kind == TokenKind.START || kind == TokenKind.END) {
      tokens.next();
      tokens.expect(TokenKind.LEFT_PAREN, "@", "timestamp");
      tokens.expect(TokenKind.RIGHT_PAREN, "@", "timestamp");
      return kind == TokenKind.START ? new At.Start() : new At.End();
    }
    double seconds = signedNumber("@", "timestamp");
    if (Double.isNaN(seconds) || Math.abs(seconds) >= 0x1p63) {
      throw tokens.fail(
          operand.source(), "timestamp out of bounds for @ modifier: " + sixDecimals(seconds));
    }
    return new At.Time((long) roundHalfAway(seconds * 1000));
  }

  private static double roundHalfAway(double value) {
    return Math.copySign(Math.floor(Math.abs(value) + 0.5), value);
  }

  private static String sixDecimals(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return String.format(Locale.ROOT, "%.6f", new BigDecimal(value));
  }

  private Expr extend(Expr operand, Extension extension) {
    Token word = tokens.next();
    String name = extension.name().toLowerCase(Locale.ROOT);
    if (!features.extendedRangeSelectors()) {
      throw tokens.fail(
          TokenStream.range(word), name + " modifier is experimental and not enabled");
    }
    Expr.VectorSelector selector =
        switch (operand) {
          case Expr.VectorSelector vector -> vector;
          case Expr.MatrixSelector matrix -> matrix.selector();
          default ->
              throw tokens.fail(
                  operand.source(),
                  name + " modifier must be preceded by an instant or range selector");
        };
    if (selector.extension() != Extension.NONE) {
      throw tokens.fail(
          operand.source(), "anchored and smoothed modifiers may be set once, not both");
    }
    SourceRange range = new SourceRange(operand.source().start(), word.end());
    Expr.VectorSelector extended =
        new Expr.VectorSelector(
            selector.name(), selector.matchers(), selector.modifiers(), extension, range);
    return operand instanceof Expr.MatrixSelector matrix
        ? new Expr.MatrixSelector(with(extended, selector.source()), matrix.range(), range)
        : extended;
  }

  private static Expr.VectorSelector with(Expr.VectorSelector selector, SourceRange source) {
    return new Expr.VectorSelector(
        selector.name(), selector.matchers(), selector.modifiers(), selector.extension(), source);
  }

  private Modifiers modifiers(Expr operand, String otherwise) {
    return switch (operand) {
      case Expr.VectorSelector selector -> selector.modifiers();
      case Expr.MatrixSelector matrix -> matrix.selector().modifiers();
      case Expr.Subquery subquery -> subquery.modifiers();
      default -> throw tokens.fail(operand.source(), otherwise);
    };
  }

  private Expr with(Expr operand, Modifiers modifiers) {
    SourceRange range = new SourceRange(operand.source().start(), tokens.lastEnd());
    return switch (operand) {
      case Expr.VectorSelector selector ->
          new Expr.VectorSelector(
              selector.name(), selector.matchers(), modifiers, selector.extension(), range);
      case Expr.MatrixSelector matrix -> {
        Expr.VectorSelector selector = matrix.selector();
        yield new Expr.MatrixSelector(
            new Expr.VectorSelector(
                selector.name(),
                selector.matchers(),
                modifiers,
                selector.extension(),
                selector.source()),
            matrix.range(),
            range);
      }
      case Expr.Subquery subquery ->
          new Expr.Subquery(subquery.inner(), subquery.range(), subquery.step(), modifiers, range);
      default -> throw new IllegalStateException("BUG: modifiers on " + operand.type());
    };
  }

  /** A number or a duration, in seconds. */
  Expr.NumberLiteral number() {
    Token token = tokens.next();
    SourceRange range = TokenStream.range(token);
    if (token.kind() == TokenKind.DURATION) {
      try {
        double seconds = Durations.parseMillis(token.text()) / 1000.0;
        return new Expr.NumberLiteral(seconds, true, range);
      } catch (IllegalArgumentException e) {
        throw tokens.fail(range, e.getMessage() + "");
      }
    }
    try {
      return new Expr.NumberLiteral(Numbers.parse(token.text()), false, range);
    } catch (NumberFormatException e) {
      throw tokens.fail(range, "error parsing number: " + e.getMessage());
    }
  }

  double signedNumber(String context, String expected) {
    boolean negative = tokens.kind() == TokenKind.SUB;
    if (negative || tokens.kind() == TokenKind.ADD) {
      tokens.next();
    }
    if (tokens.kind() != TokenKind.NUMBER && tokens.kind() != TokenKind.DURATION) {
      throw tokens.unexpected(context, expected);
    }
    double value = number().value();
    return negative ? -value : value;
  }

  /** A number as a duration; refuses what no duration can hold. */
  DurationExpr.Literal duration() {
    Expr.NumberLiteral number = number();
    if (!(Math.abs(number.value()) <= LONGEST_SECONDS)) {
      throw outOfRange(number.source());
    }
    return new DurationExpr.Literal(number.value(), number.duration());
  }

  private InvalidRequest outOfRange(SourceRange range) {
    return tokens.fail(range, "duration out of range");
  }
}
