package dev.vedette.e2e.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Clock;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The explore page: queries, their time, their address, their answers. */
class ExploreTest extends PageTest {
  @Test
  void theRootLeadsToAnEmptyQueryThatIsReadyForTyping() {
    visit("/");

    assertThat(page).hasURL(Pattern.compile(".*/graph$"));
    assertThat(editor()).isFocused();
    expect("idle");
    assertThat(panel(1)).containsText("Ask in PromQL");
  }

  @Test
  void anExampleIsRunByAClick() {
    visit("/graph");

    panel(1).locator(".example").first().click();

    expect("answer");
    assertThat(editor()).hasText("up");
    assertThat(page).hasURL(Pattern.compile(".*g0\\.expr=up.*"));
  }

  @Test
  void enterRunsTheExpressionAndTheTableHasTheValues() {
    visit("/graph?g0.tab=table");

    type("count(shop_requests_total) by (code)");
    editor().press("Escape");
    editor().press("Enter");

    expect("answer");
    Locator rows = panel(1).locator(".results tbody tr");
    assertThat(rows).hasCount(2);
    assertThat(rows.first()).containsText("{code=\"200\"}");
    assertThat(rows.first().locator("td")).hasText("3");
  }

  @Test
  void scalarsAndStringsHaveAFormOfTheirOwn() {
    visitQuery("1 + 2", "&g0.tab=table");

    assertThat(panel(1).locator("output")).hasText("3");
  }

  @Test
  void rangeVectorsAreListedSampleBySample() {
    visitQuery("shop_queue_length[2m]", "&g0.tab=table");

    assertThat(panel(1).locator(".results pre"))
        .hasText(Pattern.compile("(\\d+ @ \\d{4}-.*\\s*){2,5}"));
  }

  @Test
  void aLinkOfPrometheusSecondVersionOpensAsItsTable() {
    visitQuery(
        "shop_queue_length", "&g0.tab=1&g0.stacked=0&g0.show_exemplars=0&g0.range_input=30m");

    expect("answer");
    assertThat(tab("Table")).hasAttribute("aria-selected", "true");
    assertThat(panel(1).locator(".results tbody tr")).hasCount(1);
    assertThat(panel(1).getByLabel("Range", exactly())).hasValue("30m");
  }

  @Test
  void aLinkOfPrometheusThirdVersionOpensAsItsGraph() {
    visit(
        "/query?g0.expr=shop_queue_length&g0.show_tree=0&g0.tab=graph&g0.range_input=2h"
            + "&g0.res_type=fixed&g0.res_step=60&g0.display_mode=stacked&g0.show_exemplars=0");

    assertThat(panel(1).locator(".graph")).hasAttribute("data-drawn", "1 lines");
    assertThat(panel(1).getByLabel("Draw as")).hasValue("stacked");
    assertThat(panel(1).locator(".step-used")).hasText("step 1m");
  }

  @Test
  void anEndInALinkIsUtcAndIsShownInTheChosenZone() {
    visitQuery("vector(1)", "&g0.tab=0&g0.end_input=2026-01-15%2012:00:00&g0.range_input=1h");

    assertThat(panel(1).getByLabel("End of the range")).hasValue("2026-01-15 13:00:00");
    page.locator("#zone").click();
    assertThat(panel(1).getByLabel("End of the range")).hasValue("2026-01-15 12:00:00");
  }

  @Test
  void rangeAndStepReachTheServerAndTheAddress() {
    visitQuery("shop_queue_length");
    expect("answer");

    panel(1).getByLabel("Range", exactly()).fill("90m");
    panel(1).getByLabel("Range", exactly()).press("Enter");
    expect("answer");
    Request asked =
        page.waitForRequest(
            Pattern.compile(".*/query_range"),
            () -> panel(1).getByLabel("Step", exactly()).selectOption("5m"));

    assertThat(asked.postData()).contains("step=300").contains("query=shop_queue_length");
    assertThat(asked.postData()).doesNotContain("nocache");
    assertThat(secondsOf(asked, "end") - secondsOf(asked, "start")).isEqualTo(90 * 60);
    assertThat(page).hasURL(Pattern.compile(".*g0\\.range_input=1h30m.*g0\\.res_step=300.*"));
  }

  @Test
  void aGraphThatIsDrawnAgainIsMadeOfWhatTheServerKept() throws Exception {
    visitQuery("sum(shop_queue_length) * 2", "&g0.end_input=" + tenMinutesAgo());
    expect("answer");
    double known = knownSteps();

    Request asked =
        page.waitForRequest(Pattern.compile(".*/query_range"), () -> runButton().click());
    expect("answer");

    double step = secondsOf(asked, "step");
    assertThat(secondsOf(asked, "start") % step).isZero();
    assertThat(secondsOf(asked, "end") % step).isZero();
    assertThat(panel(1).locator(".fact.known")).containsText("steps known");
    assertThat(knownSteps()).isGreaterThan(known);
  }

  private String tenMinutesAgo() {
    Instant end = Instant.ofEpochMilli(shared.seededMillis() - 600_000);
    return encode(end.truncatedTo(ChronoUnit.SECONDS).toString().replace("T", " "));
  }

  private Locator runButton() {
    return panel(1).locator(".run");
  }

  private double knownSteps() throws Exception {
    return shared
        .server()
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("vedette_querier_cache_hit_steps_total "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  private static double secondsOf(Request request, String name) {
    var value = Pattern.compile("(?:^|&)" + name + "=([0-9.]+)").matcher(request.postData());
    assertThat(value.find()).isTrue();
    return Double.parseDouble(value.group(1));
  }

  @Test
  void aRangeThatIsNoDurationIsMarkedAndChangesNothing() {
    visitQuery("shop_queue_length");
    expect("answer");

    panel(1).getByLabel("Range", exactly()).fill("soon");
    panel(1).getByLabel("Range", exactly()).press("Enter");

    assertThat(panel(1).getByLabel("Range", exactly())).hasAttribute("aria-invalid", "true");
    assertThat(page).not().hasURL(Pattern.compile(".*soon.*"));
  }

  @Test
  void thePickerTakesFixedTimesInTheChosenZone() {
    visitQuery("vector(1)");
    panel(1)
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Choose a range"))
        .click();
    panel(1).getByLabel("From", exactly()).fill("2026-01-15 10:00");
    panel(1).getByLabel("To", exactly()).fill("2026-01-15 12:00");
    panel(1).getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Apply")).click();

    expect("answer");
    assertThat(panel(1).getByLabel("Range", exactly())).hasValue("2h");
    assertThat(page).hasURL(Pattern.compile(".*end_input=2026-01-15\\+11:00:00.*"));
  }

  @Test
  void tooManyPointsAreToldBeforeTheyAreAskedFor() {
    visitQuery("shop_queue_length", "&g0.range_input=2w&g0.step_input=10");

    expect("error");
    assertThat(panel(1)).containsText("choose a longer step or a shorter range");
  }

  @Test
  void severalQueriesShareTimeAndHaveOneAddress() {
    visitQuery("shop_queue_length");
    expect("answer");

    button("Add query").click();
    panel(2)
        .getByRole(AriaRole.TEXTBOX, new Locator.GetByRoleOptions().setName("PromQL"))
        .pressSequentially("vector(7)");
    page.keyboard().press("Control+Enter");
    assertThat(panel(2)).hasAttribute("data-outcome", "answer");
    panel(1).getByLabel("Longer range").click();

    assertThat(panel(2).getByLabel("Range", exactly())).hasValue("2h");
    assertThat(page)
        .hasURL(
            Pattern.compile(
                ".*g0\\.expr=shop_queue_length.*g0\\.range_input=2h.*g1\\.expr=vector%287%29.*g1\\.range_input=2h.*"));
    page.reload();
    assertThat(panel(2)).hasAttribute("data-outcome", "answer");
    panel(1).getByLabel("Remove this query").click();
    assertThat(panel(2)).isHidden();
    assertThat(editor()).hasText("vector(7)");
  }

  @Test
  void backLeadsToWhatWasShownBefore() {
    visitQuery("shop_queue_length", "&g0.tab=table&g0.range_input=1h");
    expect("answer");
    type("vector(5)");
    editor().press("Control+Enter");
    assertThat(panel(1).locator(".results tbody td")).hasText("5");

    page.goBack();

    assertThat(editor()).hasText("shop_queue_length");
    expect("answer");
  }

  @Test
  void whatMatchesNothingIsSaidToBeRight() {
    visitQuery("nobody_has_this");

    expect("empty");
    assertThat(panel(1)).containsText("No series");
  }

  @Test
  void aWrongQueryIsShownInTheServersWords() {
    visitQuery("sum(", "&g0.tab=table");

    expect("error");
    assertThat(panel(1).getByRole(AriaRole.ALERT)).containsText("unclosed left parenthesis");
  }

  @Test
  void aServerThatIsGoneIsSaidToBe() {
    visitQuery("up");
    expect("answer");
    page.route("**/api/v1/query_range", Route::abort);

    panel(1).locator(".run").click();

    expect("error");
    assertThat(panel(1).getByRole(AriaRole.ALERT)).containsText("does not answer");
  }

  @Test
  void aRunningQueryIsStopped() {
    visitQuery("up");
    expect("answer");
    List<Route> held = new ArrayList<>();
    page.route("**/api/v1/query_range", held::add);
    panel(1).locator(".run").click();
    assertThat(panel(1)).hasAttribute("aria-busy", "true");

    button("Stop").click();

    expect("stopped");
    assertThat(panel(1).locator(".run")).hasText("Run");
  }

  @Test
  void manySeriesAreCutWithALineThatSaysSo() {
    visitQuery("shop_crowd");

    assertThat(panel(1).locator(".limit")).containsText("Only the first 250 series are shown");
    assertThat(panel(1).locator(".graph")).hasAttribute("data-drawn", "250 lines");
    button("Show 1,000").click();
    assertThat(panel(1).locator(".graph")).hasAttribute("data-drawn", "1000 lines");
  }

  @Test
  void tenThousandRowsComeInPortions() {
    visitQuery("shop_crowd", "&g0.tab=table");

    assertThat(panel(1).locator(".fact.series")).hasText("10,000 series");
    assertThat(panel(1).locator(".results tbody tr")).hasCount(200);
    button("Show 200 more of 10,000 rows").click();
    assertThat(panel(1).locator(".results tbody tr")).hasCount(400);
  }

  @Test
  void theTableIsSortedByValue() {
    visitQuery("sum by (instance) (shop_requests_total)", "&g0.tab=table");
    expect("answer");

    button("Value").click();

    assertThat(panel(1).locator(".results tbody tr").first()).containsText("c:80");
    button("Value").click();
    assertThat(panel(1).locator(".results tbody tr").first()).containsText("a:80");
  }

  @Test
  void costAndSourceOfTheAnswerAreTold() {
    visitQuery("sum(rate(shop_requests_total[5m]))");
    expect("answer");
    assertThat(panel(1).locator(".fact.samples")).containsText("samples read");
    assertThat(panel(1).locator(".fact.tier-used")).hasText("raw samples");

    panel(1).getByLabel("Tier").selectOption("1m");

    assertThat(panel(1).locator(".fact.tier-used")).hasText("tier 1m");
    assertThat(panel(1).locator(".note.info")).containsText("answered from tier 1m");
    assertThat(page).hasURL(Pattern.compile(".*g0\\.tier=1m.*"));
  }

  @Test
  void annotationsOfTheAnswerAreShown() {
    visitQuery("rate(shop_queue_length[5m])", "&g0.tab=table");

    assertThat(panel(1).locator(".note.info")).containsText("might not be a counter");
  }

  @Test
  void linksAreCopiedAlsoAtAFixedTime() {
    visitQuery("up");
    expect("answer");

    share("Copy link to this query");
    assertThat(clipboard()).contains("g0.expr=up").doesNotContain("end_input");
    share("Copy link at this very time");
    assertThat(clipboard()).contains("g0.end_input=2");
    share("Copy address of the API call");
    assertThat(clipboard()).contains("/api/v1/query_range?query=up&start=");
  }

  private void share(String choice) {
    panel(1).getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Share")).click();
    button(choice).click();
    assertThat(page.locator("#announcements")).containsText("copied");
  }

  private String clipboard() {
    return (String) page.evaluate("navigator.clipboard.readText()");
  }

  @Test
  void aHistogramIsShownByItsTotalsAndItsShape() {
    visitQuery("shop_request_seconds{instance=\"a:80\"}", "&g0.tab=table");

    Locator cell = panel(1).locator(".histogram-view");
    assertThat(cell).containsText("count");
    assertThat(cell.locator("svg.bars rect")).not().hasCount(0);
    cell.getByText(Pattern.compile("\\d+ buckets")).click();
    assertThat(cell.locator("details td").first()).isVisible();
  }

  @Test
  void itRefreshesByItself() {
    page.clock().install(new Clock.InstallOptions().setTime(shared.seededMillis()));
    visitQuery("shop_queue_length");
    expect("answer");
    page.getByLabel("Refresh by itself").selectOption("5");

    page.waitForRequest(Pattern.compile(".*/query_range"), () -> page.clock().runFor(6_000));
  }

  private Locator tab(String name) {
    return panel(1).getByRole(AriaRole.TAB, new Locator.GetByRoleOptions().setName(name));
  }

  private static Locator.GetByLabelOptions exactly() {
    return new Locator.GetByLabelOptions().setExact(true);
  }
}
