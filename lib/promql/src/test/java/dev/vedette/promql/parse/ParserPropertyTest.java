package dev.vedette.promql.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ParserPropertyTest {
  private static final int SMALL_STACK_BYTES = 192 << 10;
  private static final String ALPHABET = "{}[]()\"'`,:=!~<>+-*/%^@#. \n0123456789abesumNaIfx\\_";

  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void printedExpressionsParseToTheSameTree() {
    System.out.println("ParserPropertyTest seed " + seed);
    RandomExpressions expressions = new RandomExpressions(random);
    for (int i = 0; i < 3000; i++) {
      String text = expressions.vector(4);
      Expr expr = Parser.parse(text, Features.ALL);
      String printed = Printer.print(expr);
      assertThat(ParseTree.of(Parser.parse(printed, Features.ALL)))
          .as("%s printed as %s", text, printed)
          .isEqualTo(ParseTree.of(expr));
      assertThat(ParseTree.of(Parser.parse(Printer.pretty(expr, 20), Features.ALL)))
          .isEqualTo(ParseTree.of(expr));
    }
  }

  @Test
  void noTextGivesAnythingButATreeOrAnInvalidRequest() {
    System.out.println("ParserPropertyTest seed " + seed);
    RandomExpressions expressions = new RandomExpressions(random);
    for (int i = 0; i < 20_000; i++) {
      String text = i % 2 == 0 ? randomText() : damaged(expressions.vector(3));
      try {
        Printer.print(Parser.parse(text, Features.ALL));
      } catch (InvalidRequest e) {
        assertThat(e.getMessage()).contains("parse error: ");
      }
    }
  }

  @Test
  void depthIsBoundedSoThatNoTextExhaustsTheStack() {
    for (String part : new String[] {"(", "-", "sum(", "abs(-", "a[", "a+", "{", "1^", "a@-"}) {
      try {
        Parser.parse(part.repeat(100_000), Features.ALL);
      } catch (InvalidRequest e) {
        assertThat(e.getMessage()).contains("parse error: ");
      }
    }
  }

  @Test
  void theLongestChainOfOperatorsIsPrintedOnASmallStack() throws Exception {
    String chain = "a" + " - a".repeat(Parser.MAX_OPERATORS);
    AtomicReference<String> printed = new AtomicReference<>();

    Thread thread =
        new Thread(
            null,
            () -> printed.set(Printer.print(Parser.parse(chain, Features.STOCK))),
            "small",
            SMALL_STACK_BYTES);
    thread.start();
    thread.join();

    assertThat(printed.get()).isEqualTo(chain);
  }

  private String randomText() {
    byte[] bytes = new byte[random.nextInt(40)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] =
          random.nextInt(4) == 0
              ? (byte) random.nextInt(256)
              : (byte) ALPHABET.charAt(random.nextInt(ALPHABET.length()));
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String damaged(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = random.nextInt(4); i >= 0 && !out.isEmpty(); i--) {
      int at = random.nextInt(out.length());
      switch (random.nextInt(3)) {
        case 0 -> out.deleteCharAt(at);
        case 1 -> out.insert(at, randomText());
        default -> out.setLength(at);
      }
    }
    return out.toString();
  }
}
