package dev.vedette.promql.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.testkit.Fuzz;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever is asked is parsed or refused with the place. */
class ParserFuzzTest {
  private static final String[] WORDS = {
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "[5m]",
    "[5m:1m]",
    "offset",
    "@ start()",
    "@ 1",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "sum",
    "rate",
    "histogram_quantile",
    "topk",
    "quantile",
    "bool",
    "==",
    "=~",
    "!~",
    "!=",
    "and",
    "unless",
    "-",
    "^",
    "%",
    "*",
    "+",
    "\"",
    "'",
    "`",
    "\\",
    "\\x",
    "\\u12",
    "Inf",
    "NaN",
    "0x",
    "1e",
    "5m",
    "1y2w",
    ",",
    "#",
    "__name__",
    "_",
    ":",
    "atan2",
    "smoothed",
    "anchored",
    "fill"
  };

  @Test
  void expressions() throws Exception {
    Fuzz.of("promql")
        .seed(
            "sum by (job) (rate(http_requests_total{code=~\"5..\",x!=\"y\"}[5m] offset 1h)) > 0.5")
        .seed("histogram_quantile(0.9, sum without(a) (rate(b_bucket[1h30m:5m] @ end())))")
        .seed(
            "a * on(b, c) group_left(d) -e ^ 2 and topk(3, f) or vector(1) unless bool_x == bool 1")
        .seed("{\"with.dots\", a='b', c=`d\\n`} + 0x1F + 1e-3 + -Inf + +NaN # remark\n+ 1")
        .seed("label_replace(up{}, \"a\", \"$1\", \"b\", \"(.*)\") / max_over_time(x[1d])")
        .words(WORDS)
        .withRegexes()
        .learn(
            5_000,
            input -> {
              String text = new String(input, StandardCharsets.UTF_8);
              Expr expr = Parser.parse(text, Features.STOCK);
              String printed = Printer.print(expr);
              assertThat(Printer.print(Parser.parse(printed, Features.STOCK))).isEqualTo(printed);
              return kinds(expr);
            });
  }

  /** Which kinds of expressions lie in which, without a stack: chains of operators are deep. */
  private static Set<String> kinds(Expr expr) throws ReflectiveOperationException {
    Set<String> kinds = new HashSet<>();
    Deque<Object> nodes = new ArrayDeque<>(List.of(expr));
    while (!nodes.isEmpty()) {
      Object node = nodes.pop();
      String kind = node.getClass().getSimpleName();
      for (RecordComponent part : node.getClass().getRecordComponents()) {
        Object value = part.getAccessor().invoke(node);
        for (Object each : value instanceof List<?> list ? list : Arrays.asList(value)) {
          if (each instanceof Expr) {
            kinds.add(kind + " of " + each.getClass().getSimpleName());
            nodes.push(each);
          } else if (each instanceof Enum || each instanceof Boolean) {
            kinds.add(kind + " " + part.getName() + " " + each);
          }
        }
      }
    }
    return kinds;
  }

  @Test
  void selectors() throws Exception {
    Fuzz.of("promql-selector")
        .seed("up{job=\"api\",x=~\"a|b\"}")
        .seed("{\"a.b\"}")
        .words(WORDS)
        .withRegexes()
        .run(4_000, input -> Parser.parseSelector(new String(input, StandardCharsets.UTF_8)));
  }
}
