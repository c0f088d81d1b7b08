package dev.vedette.promql.parse;

import dev.vedette.promql.lex.Token;
import dev.vedette.promql.lex.TokenKind;
import java.util.Optional;

/** Durations and the arithmetic of them, in brackets and behind {@code offset}. */
final class DurationParser {
  private final TokenStream tokens;
  private final Features features;
  private final Postfix numbers;
  private int nesting;

  DurationParser(TokenStream tokens, Features features, Postfix numbers) {
    this.tokens = tokens;
    this.features = features;
    this.numbers = numbers;
  }

  /** A whole expression, up to the colon or the closing bracket. */
  DurationExpr inBrackets(String context, String expected) {
    int from = tokens.peek().start();
    return checked(binary(1, context, expected), from);
  }

  /** What may follow {@code offset} without parentheses: one operand, possibly with a sign. */
  DurationExpr offset() {
    int from = tokens.peek().start();
    return checked(unary("offset", "number, duration, step(), or range()", false), from);
  }

  private DurationExpr checked(DurationExpr expr, int from) {
    if (!(expr instanceof DurationExpr.Literal) && !features.durationExpressions()) {
      throw tokens.fail(
          new SourceRange(from, tokens.lastEnd()),
          "experimental duration expression is not enabled");
    }
    return expr;
  }

  private DurationExpr binary(int precedence, String context, String expected) {
    if (++nesting > Parser.MAX_NESTING) {
      throw tokens.fail(TokenStream.range(tokens.peek()), "expression too complex");
    }
    DurationExpr left = unary(context, expected, true);
    while (true) {
      Optional<BinaryOp> op = operator(tokens.kind());
      if (op.isEmpty() || op.get().precedence() < precedence) {
        nesting--;
        return left;
      }
      Token symbol = tokens.next();
      int next = op.get().isRightAssociative() ? op.get().precedence() : op.get().precedence() + 1;
      DurationExpr right = binary(next, context, expected);
      checkDivisor(op.get(), right, symbol);
      left = new DurationExpr.Binary(op.get(), left, right);
    }
  }

  private void checkDivisor(BinaryOp op, DurationExpr right, Token symbol) {
    boolean zero = right instanceof DurationExpr.Literal literal && literal.seconds() == 0;
    if (zero && op == BinaryOp.DIVIDE) {
      throw tokens.fail(TokenStream.range(symbol), "division by zero");
    }
    if (zero && op == BinaryOp.MODULO) {
      throw tokens.fail(TokenStream.range(symbol), "modulo by zero");
    }
  }

  private DurationExpr unary(String context, String expected, boolean powers) {
    TokenKind kind = tokens.kind();
    if (kind != TokenKind.SUB && kind != TokenKind.ADD) {
      return operand(context, expected);
    }
    tokens.next();
    DurationExpr operand =
        powers
            ? binary(BinaryOp.POWER.precedence(), context, expected)
            : operand(context, expected);
    if (kind == TokenKind.ADD) {
      // Prometheus keeps this one sign in its tree, and drops it everywhere else.
      return !powers && operand instanceof DurationExpr.Extreme
          ? new DurationExpr.Plus(operand)
          : operand;
    }
    return operand instanceof DurationExpr.Literal literal
        ? new DurationExpr.Literal(-literal.seconds(), literal.unit())
        : new DurationExpr.Negated(operand);
  }

  private DurationExpr operand(String context, String expected) {
    return switch (tokens.kind()) {
      case NUMBER, DURATION -> numbers.duration();
      case STEP -> {
        emptyCall(context, expected);
        yield new DurationExpr.Step();
      }
      case RANGE -> {
        emptyCall(context, expected);
        yield new DurationExpr.Range();
      }
      case MIN_OF, MAX_OF -> extreme(context, expected);
      case LEFT_PAREN -> {
        tokens.next();
        DurationExpr inner = binary(1, context, expected);
        tokens.expect(TokenKind.RIGHT_PAREN, context, "\")\"");
        yield inner instanceof DurationExpr.Literal ? inner : new DurationExpr.Wrapped(inner);
      }
      default -> throw tokens.unexpected(context, expected);
    };
  }

  private void emptyCall(String context, String expected) {
    tokens.next();
    tokens.expect(TokenKind.LEFT_PAREN, context, expected);
    tokens.expect(TokenKind.RIGHT_PAREN, context, expected);
  }

  private DurationExpr extreme(String context, String expected) {
    boolean smaller = tokens.next().kind() == TokenKind.MIN_OF;
    tokens.expect(TokenKind.LEFT_PAREN, context, expected);
    DurationExpr left = binary(1, context, expected);
    tokens.expect(TokenKind.COMMA, context, "\",\"");
    DurationExpr right = binary(1, context, expected);
    tokens.expect(TokenKind.RIGHT_PAREN, context, "\")\"");
    return new DurationExpr.Extreme(smaller, left, right);
  }

  private static Optional<BinaryOp> operator(TokenKind kind) {
    return switch (kind) {
      case ADD -> Optional.of(BinaryOp.ADD);
      case SUB -> Optional.of(BinaryOp.SUBTRACT);
      case MUL -> Optional.of(BinaryOp.MULTIPLY);
      case DIV -> Optional.of(BinaryOp.DIVIDE);
      case MOD -> Optional.of(BinaryOp.MODULO);
      case POW -> Optional.of(BinaryOp.POWER);
      default -> Optional.empty();
    };
  }
}
