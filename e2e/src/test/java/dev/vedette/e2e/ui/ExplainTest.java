package dev.vedette.e2e.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The plan of a query. */
class ExplainTest extends PageTest {
  private static final String BY_CODE = "sum by (code) (rate(shop_requests_total[5m]))";

  private Locator plan() {
    return panel(1).locator(".plan");
  }

  @Test
  void aTabShowsThePlanAsATreeWithWhatEachPartReadAndTook() {
    visitQuery(BY_CODE);
    expect("answer");

    panel(1).getByRole(AriaRole.TAB, new Locator.GetByRoleOptions().setName("Explain")).click();

    assertThat(plan().locator(".plan-part")).not().hasCount(0);
    expect("answer");
    Locator read = plan().locator(".plan-read");
    assertThat(read).hasCount(1);
    assertThat(read).containsText("shop_requests_total");
    assertThat(read).containsText("raw samples");
    assertThat(read).containsText(Pattern.compile("6 series.*≈ 6 expected.*samples.*B"));
    assertThat(read.locator(".plan-pushed").first()).hasText("↓ matchers");
    assertThat(plan().locator(".plan-part.costliest")).hasCount(1);
    assertThat(plan()).containsText("2 series ×");
    assertThat(page).hasURL(Pattern.compile(".*g0.tab=explain.*"));
  }

  @Test
  void partsCloseAndOpenByKeys() {
    visitQuery(BY_CODE, "&g0.tab=explain");
    assertThat(plan().locator(".plan-read")).isVisible();

    plan().locator("summary").first().focus();
    page.keyboard().press("Enter");
    assertThat(plan().locator(".plan-read")).isHidden();
    plan().getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Open all")).click();

    assertThat(plan().locator(".plan-read")).isVisible();
  }

  @Test
  void aLinkOpensItAndAKeyGoesThereAndBack() {
    visitQuery("up", "&g0.tab=explain");
    assertThat(plan()).isVisible();
    page.locator("main").focus();

    page.keyboard().press("g");
    assertThat(panel(1).locator(".graph")).isVisible();
    page.keyboard().press("x");

    assertThat(plan()).isVisible();
    assertThat(
            page.getByRole(
                AriaRole.TAB, new Page.GetByRoleOptions().setName("Explain").setExact(true)))
        .hasAttribute("aria-selected", "true");
  }

  @Test
  void whatCannotBePlannedSaysWhyAsElsewhere() {
    visitQuery("sum(", "&g0.tab=explain");

    expect("error");
    assertThat(panel(1).locator(".failure")).containsText("parse error");
  }
}
