package dev.vedette.e2e.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The cardinality page. */
class CardinalityTest extends PageTest {
  private Locator card(String kind) {
    return page.locator(".card[data-kind=" + kind + "]");
  }

  @Test
  void theLargestMetricsAndLabelsComeFirst() {
    visit("/cardinality");

    assertThat(card("metric").locator("tr").first()).containsText("shop_crowd");
    assertThat(card("metric").locator("tr").first()).containsText("10,000");
    assertThat(card("label").locator("tr").first()).containsText("visitor");
    assertThat(card("memory").locator("tr").first()).containsText("visitor");
    assertThat(page.locator("main > .facts")).containsText(Pattern.compile("Series \\d+,\\d+"));
  }

  @Test
  void moreAreListedOnDemand() {
    visit("/cardinality");
    assertThat(card("metric").locator("tr")).hasCount(10);

    page.getByLabel("How many to list").selectOption("25");

    assertThat(card("metric").locator("tr")).hasCount(25);
  }

  @Test
  void aMetricLeadsToItsSeries() {
    visit("/cardinality");

    card("metric").locator("a").first().click();

    expect("answer");
    assertThat(panel(1).locator(".results tbody tr").first()).containsText("shop_crowd");
  }

  @Test
  void growthIsMeasuredOnDemand() {
    visit("/cardinality");

    button("Measure").click();

    assertThat(card("growth").locator("tr").first()).containsText("shop_crowd");
    assertThat(card("growth").locator("tr").first()).containsText("0 → 10,000");
    assertThat(card("growth").locator("tr").first()).containsText("+10,000");
  }

  @Test
  void theNumberOfSeriesHasAHistory() {
    // Until the server has scraped itself, there is none.
    page.waitForCondition(
        () -> {
          visit("/cardinality");
          assertThat(card("history").locator(".graph, p")).isVisible();
          return card("history").locator(".graph").count() == 1;
        });

    assertThat(card("history").locator(".graph")).hasAttribute("data-drawn", "1 lines");
  }
}
