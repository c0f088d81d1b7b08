package dev.vedette.e2e.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The graph: what it draws, its cursor, its legend, its zoom. */
class GraphTest extends PageTest {
  private static final String REQUESTS = "sum by (instance, code) (rate(shop_requests_total[5m]))";

  private Locator graph() {
    return panel(1).locator(".graph");
  }

  private Locator tip() {
    return panel(1).locator(".graph-tip");
  }

  private Locator legend() {
    return panel(1).locator(".legend tbody tr");
  }

  private void draw(String expression, String... more) {
    visitQuery(expression, more);
    expect("answer");
    assertThat(graph()).hasAttribute("data-drawn", Pattern.compile("\\d+ .*"));
  }

  private void point(double share) {
    BoundingBox box = graph().boundingBox();
    page.mouse().move(box.x + box.width * share, box.y + box.height * 0.4);
  }

  @Test
  void itDrawsEverySeries() {
    draw(REQUESTS);

    assertThat(graph()).hasAttribute("data-drawn", "6 lines");
    assertThat(graph()).hasAttribute("aria-label", Pattern.compile("Graph of 6 series from .*"));
    Object inked =
        page.evaluate(
            "() => { const c = document.querySelector('.graph canvas');"
                + " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
                + " const seen = new Set();"
                + " for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) seen.add(d[i] + ',' + d[i + 1] + ',' + d[i + 2]);"
                + " return seen.size; }");
    assertThat(((Number) inked).intValue()).as("colours on the canvas").isGreaterThan(20);
  }

  @Test
  void theCursorTellsTheValuesOfItsTime() {
    draw(REQUESTS);

    point(0.5);

    assertThat(tip().locator(".tip-row")).hasCount(6);
    assertThat(tip().locator(".tip-row.strong")).hasCount(1);
    assertThat(tip().locator(".tip-time"))
        .hasText(Pattern.compile("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d"));
    assertThat(tip().locator(".tip-row").first()).containsText("c:80");
  }

  @Test
  void theCursorMovesByKeysToo() {
    draw(REQUESTS);
    graph().focus();

    page.keyboard().press("ArrowLeft");
    String last = tip().locator(".tip-time").textContent();
    page.keyboard().press("ArrowLeft");

    assertThat(tip().locator(".tip-time")).not().hasText(last);
    page.keyboard().press("Escape");
    assertThat(tip()).isHidden();
  }

  @Test
  void aDragZoomsAndADoubleClickWidens() {
    draw(REQUESTS);
    BoundingBox box = graph().boundingBox();

    page.mouse().move(box.x + box.width * 0.4, box.y + 100);
    page.mouse().down();
    page.mouse().move(box.x + box.width * 0.6, box.y + 120);
    assertThat(panel(1).locator(".graph-box")).isVisible();
    page.mouse().up();

    assertThat(page).hasURL(Pattern.compile(".*g0\\.range_input=1[0-5]m\\d*s?.*end_input.*"));
    expect("answer");
    graph().dblclick();
    assertThat(page).hasURL(Pattern.compile(".*g0\\.range_input=2\\dm.*"));
  }

  @Test
  void keysZoomAndPan() {
    draw(REQUESTS);
    graph().focus();
    page.keyboard().press("+");
    assertThat(page).hasURL(Pattern.compile(".*range_input=30m.*"));
    expect("answer");

    graph().focus();
    page.keyboard().press("Shift+ArrowLeft");

    assertThat(page).hasURL(Pattern.compile(".*end_input.*"));
  }

  @Test
  void theLegendHidesAndIsolatesSeries() {
    draw(REQUESTS);
    assertThat(legend()).hasCount(6);

    legend().first().locator(".key").click();
    assertThat(graph()).hasAttribute("data-drawn", "5 lines");
    assertThat(legend().first().locator(".key")).hasAttribute("aria-pressed", "false");
    legend().nth(2).locator(".name").click();
    assertThat(graph()).hasAttribute("data-drawn", "1 lines");
    legend().nth(2).locator(".name").click();
    assertThat(graph()).hasAttribute("data-drawn", "6 lines");
  }

  @Test
  void theLegendSaysOnceWhatAllSeriesShare() {
    draw("shop_requests_total");

    assertThat(panel(1).locator(".legend-common"))
        .hasText("all: shop_requests_total{job=\"shop\"}");
    assertThat(legend().first().locator(".name")).hasText("{code=\"200\", instance=\"a:80\"}");
  }

  @Test
  void theLegendTakesATemplateAndTheAddressKeepsIt() {
    draw(REQUESTS);

    panel(1).getByLabel("Legend format").fill("{{instance}} gave {{code}}");
    panel(1).getByLabel("Legend format").press("Enter");

    assertThat(legend().first().locator(".name")).hasText("a:80 gave 200");
    page.reload();
    assertThat(legend().first().locator(".name")).hasText("a:80 gave 200");
  }

  @Test
  void theLegendIsSortedByItsColumns() {
    draw(REQUESTS);

    panel(1)
        .locator(".legend")
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Max"))
        .click();

    assertThat(legend().first()).containsText("c:80");
    assertThat(legend().last()).containsText("a:80");
  }

  @Test
  void linesAreStacked() {
    draw(REQUESTS);
    String lines = (String) page.evaluate("document.querySelector('.graph canvas').toDataURL()");

    panel(1).getByLabel("Draw as").selectOption("stacked");

    assertThat(page).hasURL(Pattern.compile(".*display_mode=stacked.*"));
    page.waitForFunction(
        "lines => document.querySelector('.graph canvas').toDataURL() !== lines", lines);
  }

  @Test
  void aHistogramIsAHeatMapWhoseCursorTellsTheBucket() {
    draw("sum(rate(shop_request_seconds[5m]))");

    assertThat(graph()).hasAttribute("data-drawn", Pattern.compile("\\d{3,} cells"));
    assertThat(graph()).hasAttribute("aria-label", Pattern.compile("Heat map.*"));
    point(0.7);
    assertThat(tip()).containsText("observations");
    assertThat(tip().locator(".tip-row.strong")).hasText(Pattern.compile("[\\[(].*, .*[\\])].*"));
  }

  @Test
  void oneOfSeveralHistogramsIsChosen() {
    draw("shop_request_seconds");
    Locator choice =
        panel(1).getByLabel("Histogram", new Locator.GetByLabelOptions().setExact(true));
    assertThat(choice.locator("option")).hasCount(2);

    choice.selectOption("1");

    assertThat(graph()).hasAttribute("data-drawn", Pattern.compile("\\d+ cells"));
  }

  @Test
  void graphsOfOneTimeShareTheirCursor() {
    visitQuery("shop_queue_length", "&g1.expr=" + encode(REQUESTS));
    expect("answer");
    assertThat(panel(2).locator(".graph")).hasAttribute("data-drawn", "6 lines");

    point(0.5);

    assertThat(panel(2).locator(".graph-line")).isVisible();
  }

  @Test
  void timesAreInUtcOnDemand() {
    draw("vector(1)", "&g0.end_input=2026-01-15%2012:00:00");
    point(0.5);
    String local = tip().locator(".tip-time").textContent();

    page.locator("#zone").click();
    assertThat(panel(1).getByLabel("End of the range")).hasValue("2026-01-15 12:00:00");
    point(0.5);

    assertThat(tip().locator(".tip-time")).containsText("UTC");
    assertThat(local).contains("12:").doesNotContain("UTC");
    assertThat(tip().locator(".tip-time")).containsText("11:");
  }
}
