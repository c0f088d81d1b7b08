package dev.vedette.e2e.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The targets page. */
class TargetsTest extends PageTest {
  @BeforeEach
  void visitTargets() {
    visit("/targets");
    assertThat(rows()).hasCount(3);
    // Scrapes are a second apart; until the first one a target's state is not known.
    page.waitForCondition(
        () -> {
          page.reload();
          assertThat(rows()).hasCount(3);
          return page.locator("tr.target.unknown").count() == 0;
        });
  }

  private Locator rows() {
    return page.locator("tr.target");
  }

  @Test
  void stateLabelsAndLastScrapeAreShown() {
    Locator node = rows().filter(new Locator.FilterOptions().setHasText("agent/metrics"));

    assertThat(node.locator(".state")).hasText("up");
    assertThat(node).containsText("job=\"node\"");
    assertThat(node.locator(".when")).containsText(Pattern.compile("ago.*every 1s"));
    node.getByText("before relabelling").click();
    assertThat(node).containsText("__metrics_path__=\"/agent/metrics\"");
  }

  @Test
  void aTargetThatIsDownSaysWhy() {
    Locator broken = page.locator("tr.target.down");

    assertThat(broken).hasCount(1);
    assertThat(broken.locator(".last-error")).containsText("refused");
    assertThat(page.locator(".facts [data-state=down]")).hasText("1 down");
  }

  @Test
  void aFileOfTargetsThatCannotBeReadIsShownWithItsWayOut() {
    Locator lookup = page.locator(".lookup");

    assertThat(lookup).hasCount(1);
    assertThat(lookup).containsText(Pattern.compile("listed/0: targets of .*wrong-targets.yml"));
    assertThat(lookup.locator("pre")).containsText("is not a list of {targets: [host:port]");
    assertThat(lookup).containsText("Way out: correct it");
    assertThat(lookup).containsText("none were found there before");
    assertThat(page.locator(".facts [data-state=failed-lookups]")).hasText("1 failed lookup");

    page.getByLabel(Pattern.compile("Search.*")).fill("wrong-targets");
    assertThat(rows()).hasCount(0);
    assertThat(lookup).hasCount(1);
    page.getByLabel(Pattern.compile("Search.*")).fill("agent/metrics");
    assertThat(rows()).hasCount(1);
    assertThat(lookup).hasCount(0);
  }

  @Test
  void theyAreFilteredByStateAndByWordsAndTheAddressKeepsIt() {
    page.getByLabel("State").selectOption("down");
    assertThat(rows()).hasCount(1);
    page.reload();
    assertThat(rows()).hasCount(1);
    page.getByLabel("State").selectOption("");

    page.getByLabel(Pattern.compile("Search.*")).fill("job=node");

    assertThat(rows()).hasCount(1);
    assertThat(page).hasURL(Pattern.compile(".*search=job.*node"));
    page.getByLabel(Pattern.compile("Search.*")).fill("nobody");
    assertThat(page.locator(".empty")).containsText("No target fits");
  }
}
