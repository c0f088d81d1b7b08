package dev.vedette.promql.script;

import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.EngineConfig;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.parse.Features;
import dev.vedette.promql.script.Command.Expectation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Runs a script against an engine and says of each evaluation whether it gave what was expected.
 */
public final class ScriptRunner {
  /** Settings that scripts assume: everything on. */
  public static final EngineConfig CONFIG =
      new EngineConfig(
          Duration.ofMinutes(5),
          Duration.ofMinutes(1),
          EngineConfig.DEFAULT.limits(),
          Duration.ofMinutes(1),
          Features.ALL,
          true,
          true);

  private static final long CROSS_STEP_MILLIS = 60_000;
  private static final Pattern OF_THE_QUERY =
      Pattern.compile("\\b(start|end|step|range)\\s*\\(\\s*\\)");

  private final ScriptStore store;
  private final PromqlEngine engine;

  /**
   * What became of one evaluation.
   *
   * @param failure empty where it passed
   */
  public record Outcome(int line, String expression, String failure) {
    public boolean passed() {
      return failure.isEmpty();
    }
  }

  public ScriptRunner(ScriptStore store, Ticker ticker) {
    this.store = store;
    this.engine = new PromqlEngine(CONFIG, store.source(), ticker);
  }

  public List<Outcome> run(String script) {
    List<Outcome> outcomes = new ArrayList<>();
    for (Command command : ScriptParser.parse(script)) {
      switch (command) {
        case Command.Clear _ -> store.clear();
        case Command.Load load -> new Loader(store).load(load);
        case Command.Eval eval ->
            outcomes.add(new Outcome(eval.line(), eval.expression(), failure(eval)));
      }
    }
    return outcomes;
  }

  private String failure(Command.Eval eval) {
    Optional<Expectation> fail =
        eval.expectations().stream().filter(Expectation.Fail.class::isInstance).findFirst();
    QueryResult result;
    try {
      result = evaluate(eval);
    } catch (VedetteException e) {
      String message = String.valueOf(e.getMessage());
      boolean expected =
          fail.isPresent() && ((Expectation.Fail) fail.get()).text().accepts(message);
      return expected ? "" : "failed: " + message;
    }
    if (fail.isPresent()) {
      return "did not fail";
    }
    String difference = annotations(eval, result);
    if (difference.isEmpty()) {
      difference = new ResultCheck(eval).difference(result);
    }
    if (difference.isEmpty()) {
      difference = rangeDifference(eval, result);
    }
    return difference.isEmpty() ? fixedDifference(eval) : difference;
  }

  /** What is fixed to the time of an instant query has to give the same at any other. */
  private String fixedDifference(Command.Eval eval) {
    if (!eval.times().isInstant() || OF_THE_QUERY.matcher(eval.expression()).find()) {
      return "";
    }
    long time = eval.times().startMillis();
    Optional<String> fixed = FixedExpression.of(eval.expression(), time);
    if (fixed.isEmpty()) {
      return "";
    }
    long[] times =
        time == 0
            ? new long[] {-1000, 0, 1000}
            : new long[] {-10 * time, 0, time / 5, time, 10 * time};
    for (long at : times) {
      String difference;
      try {
        QueryResult result =
            engine.instant(TenantId.DEFAULT, fixed.get(), at, QueryOptions.DEFAULT);
        difference = new ResultCheck(eval).difference(result);
      } catch (VedetteException e) {
        difference = "failed: " + e.getMessage();
      }
      if (!difference.isEmpty()) {
        return "as %s at %d ms: %s".formatted(fixed.get(), at, difference);
      }
    }
    return "";
  }

  /** A range query around the time of an instant query has to give the same at that time. */
  private String rangeDifference(Command.Eval eval, QueryResult result) {
    boolean comparable =
        eval.times().isInstant()
            && result instanceof QueryResult.InstantVector
            && !eval.expectations().contains(new Expectation.Ordered())
            && !OF_THE_QUERY.matcher(eval.expression()).find();
    if (!comparable) {
      return "";
    }
    long time = eval.times().startMillis();
    QueryResult.Matrix matrix;
    try {
      matrix =
          (QueryResult.Matrix)
              engine.range(
                  TenantId.DEFAULT,
                  eval.expression(),
                  time - CROSS_STEP_MILLIS,
                  time + CROSS_STEP_MILLIS,
                  CROSS_STEP_MILLIS,
                  QueryOptions.DEFAULT);
    } catch (VedetteException e) {
      return "as range query failed: " + e.getMessage();
    }
    String difference = new ResultCheck(eval).differenceAt(time, matrix);
    return difference.isEmpty() ? "" : "as range query: " + difference;
  }

  private QueryResult evaluate(Command.Eval eval) {
    Command.Times times = eval.times();
    return times.isInstant()
        ? engine.instant(
            TenantId.DEFAULT, eval.expression(), times.startMillis(), QueryOptions.DEFAULT)
        : engine.range(
            TenantId.DEFAULT,
            eval.expression(),
            times.startMillis(),
            times.endMillis(),
            times.stepMillis(),
            QueryOptions.DEFAULT);
  }

  private static String annotations(Command.Eval eval, QueryResult result) {
    List<Command.Text> warns = new ArrayList<>();
    List<Command.Text> infos = new ArrayList<>();
    boolean noWarn = false;
    boolean noInfo = false;
    for (Expectation expectation : eval.expectations()) {
      switch (expectation) {
        case Expectation.Warn warn -> warns.add(warn.text());
        case Expectation.Info info -> infos.add(info.text());
        case Expectation.NoWarn _ -> noWarn = true;
        case Expectation.NoInfo _ -> noInfo = true;
        case Expectation.Fail _,
            Expectation.Ordered _,
            Expectation.RangeVector _,
            Expectation.StringResult _ -> {}
      }
    }
    String difference =
        compare("warning", warns, noWarn, withoutPositions(result.info().warnings()));
    return difference.isEmpty()
        ? compare("info", infos, noInfo, withoutPositions(result.info().infos()))
        : difference;
  }

  /** Scripts say nothing of where in the expression an annotation belongs. */
  private static List<String> withoutPositions(List<String> annotations) {
    return annotations.stream().map(text -> text.replaceFirst(" \\(\\d+:\\d+\\)$", "")).toList();
  }

  private static String compare(
      String kind, List<Command.Text> expected, boolean none, List<String> actual) {
    if (none && !actual.isEmpty()) {
      return "unexpected %s: %s".formatted(kind, actual);
    }
    for (Command.Text text : expected) {
      if (actual.stream().noneMatch(text::accepts)) {
        return "no %s like %s but %s".formatted(kind, text, actual);
      }
    }
    for (String text : actual) {
      if (!expected.isEmpty() && expected.stream().noneMatch(wanted -> wanted.accepts(text))) {
        return "unexpected %s: %s".formatted(kind, text);
      }
    }
    return "";
  }
}
