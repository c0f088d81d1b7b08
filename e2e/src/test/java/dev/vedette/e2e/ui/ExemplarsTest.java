package dev.vedette.e2e.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Exemplars over a graph. */
class ExemplarsTest extends PageTest {
  private static final String SLOWEST =
      "histogram_quantile(0.9, sum by (instance) (rate(shop_request_seconds[5m])))";

  private Locator marks() {
    return panel(1).locator(".exemplar");
  }

  private Locator toggle() {
    return panel(1)
        .getByRole(AriaRole.CHECKBOX, new Locator.GetByRoleOptions().setName("exemplars"));
  }

  private Locator card() {
    return panel(1).locator(".exemplar-card");
  }

  private void draw(String expression, String... more) {
    visitQuery(expression, more);
    expect("answer");
    assertThat(panel(1).locator(".graph")).hasAttribute("data-drawn", Pattern.compile("\\d+ .*"));
  }

  @Test
  void aSwitchPutsThemOnTheGraphAndTheAddressKeepsIt() {
    draw(SLOWEST);
    assertThat(marks()).hasCount(0);

    toggle().check();

    // Two instances, one exemplar in five minutes, in the hour that is shown.
    assertThat(marks()).hasCount(24);
    assertThat(panel(1).locator(".facts")).containsText("24 exemplars");
    assertThat(page).hasURL(Pattern.compile(".*g0.show_exemplars=1.*"));
    page.reload();
    assertThat(marks()).hasCount(24);
    toggle().uncheck();
    assertThat(marks()).hasCount(0);
  }

  @Test
  void anExpressionThatSelectsNothingHasNone() {
    draw("vector(1)", "&g0.show_exemplars=1");

    assertThat(panel(1).locator(".facts")).containsText("0 exemplars");
    assertThat(panel(1).locator(".note")).hasCount(0);
  }

  @Test
  void oneOpensACardWithItsTraceToCopy() {
    draw(SLOWEST, "&g0.show_exemplars=1");

    marks().first().click();

    assertThat(card()).containsText("shop_request_seconds");
    assertThat(card()).containsText("/cart");
    String trace = card().locator(".trace .exemplar-text").textContent();
    assertThat(trace).matches("[ab]\\d+");
    card()
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Copy trace_id"))
        .click();
    assertThat(page.locator("#announcements")).hasText("trace_id copied");
    assertThat(page.evaluate("() => navigator.clipboard.readText()")).isEqualTo(trace);
  }

  @Test
  void keysGoFromOneToTheNextAndCloseTheCard() {
    draw(SLOWEST, "&g0.show_exemplars=1");
    marks().first().focus();

    page.keyboard().press("ArrowRight");
    page.keyboard().press("Enter");
    assertThat(card()).isVisible();
    page.keyboard().press("Escape");

    assertThat(card()).isHidden();
    assertThat(marks().nth(1)).isFocused();
  }

  @Test
  void overAHeatMapTheyAreInTheBucketsOfTheirValues() {
    draw("sum(rate(shop_request_seconds[5m]))", "&g0.show_exemplars=1");
    assertThat(panel(1).locator(".graph")).hasAttribute("data-drawn", Pattern.compile(".*cells"));
    assertThat(marks()).hasCount(24);

    BoundingBox graph = panel(1).locator(".graph").boundingBox();
    for (Locator mark : marks().all()) {
      BoundingBox box = mark.boundingBox();
      assertThat(box.y).isBetween(graph.y, graph.y + graph.height);
    }
    assertThat(panel(1).locator(".exemplar.beyond")).hasCount(0);
  }
}
