package dev.vedette.e2e.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The expression editor: completion, colours, errors in place, keys. */
class EditorTest extends PageTest {
  @BeforeEach
  void visitExplore() {
    visit("/graph?g0.tab=table");
    assertThat(editor()).isFocused();
  }

  private Locator options() {
    return page.locator(".cm-tooltip-autocomplete li");
  }

  private Locator option(String label) {
    return options()
        .filter(
            new Locator.FilterOptions()
                .setHas(
                    page.locator(".cm-completionLabel")
                        .getByText(label, new Locator.GetByTextOptions().setExact(true))));
  }

  @Test
  void namesOfMetricsAreCompletedWithTheirTypeAndHelp() {
    type("shop_requests");

    assertThat(option("shop_requests_total")).containsText("counter");
    assertThat(page.locator(".cm-completionInfo")).containsText("Requests of the shop.");
    option("shop_requests_total").click();
    assertThat(editor()).hasText("shop_requests_total");
  }

  @Test
  void functionsAreCompletedWithTheCursorInTheirParentheses() {
    type("histogram_quan");
    assertThat(option("histogram_quantile")).isVisible();
    option("histogram_quantile").click();
    page.keyboard().type("0.9");

    assertThat(editor()).hasText("histogram_quantile(0.9)");
  }

  @Test
  void labelsAndValuesAreThoseOfTheMetric() {
    type("shop_requests_total{");
    editor().pressSequentially("c");
    assertThat(option("code")).isVisible();
    assertThat(option("visitor")).hasCount(0);
    option("code").click();
    page.keyboard().type("=\"");

    assertThat(option("200")).isVisible();
    assertThat(option("500")).isVisible();
    option("500").click();
    assertThat(editor()).hasText("shop_requests_total{code=\"500\"}");
  }

  @Test
  void labelsOfAGroupingAreThoseOfTheMetricsInTheExpression() {
    visitQuery("sum by () (shop_requests_total)", "&g0.tab=table");
    expect("answer");
    editor().click();
    page.keyboard().press("Home");
    for (int i = 0; i < "sum by (".length(); i++) {
      page.keyboard().press("ArrowRight");
    }

    page.keyboard().press("Control+Space");

    assertThat(option("code")).isVisible();
    assertThat(option("instance")).isVisible();
    assertThat(option("visitor")).hasCount(0);
  }

  @Test
  void namesBeyondLettersAreCompletedInQuotes() {
    type("shop.che");
    option("shop.checkout.time").click();

    assertThat(editor()).hasText("{\"shop.checkout.time\"}");
    editor().press("Control+Enter");
    expect("answer");
    assertThat(panel(1).locator(".results tbody tr")).containsText("service.name");
  }

  @Test
  void anEmptyEditorOffersWhatWasRunBefore() {
    type("vector(3)");
    editor().press("Control+Enter");
    expect("answer");
    editor().fill("");

    editor().press("Control+Space");

    assertThat(option("vector(3)")).containsText("run before");
  }

  @Test
  void anErrorIsMarkedWhereTheServersParserFoundIt() {
    type("rate(shop_queue_length)");

    assertThat(page.locator(".cm-lintRange-error")).hasText("shop_queue_length");
    page.locator(".cm-lintRange-error").hover();
    assertThat(page.locator(".cm-diagnostic")).containsText("expected type range vector");
  }

  @Test
  void aRightExpressionHasNoMark() {
    type("rate(shop_queue_length)");
    assertThat(page.locator(".cm-lintRange-error")).isVisible();

    type("vector(1)");

    assertThat(page.locator(".cm-lintRange-error")).hasCount(0);
  }

  @Test
  void kindsOfWordsHaveColoursOfTheirOwn() {
    type("sum by (code) (rate(shop_requests_total{code=\"200\"}[5m]))");
    editor().press("Escape");

    String[] words = {"sum", "code", "rate", "shop_requests_total", "\"200\"", "5m"};
    var colours =
        java.util.Arrays.stream(words)
            .map(
                word ->
                    page.locator(".cm-line")
                        .getByText(word, new Locator.GetByTextOptions().setExact(true))
                        .first())
            .map(span -> (String) span.evaluate("e => getComputedStyle(e).color"))
            .toList();
    assertThat(colours).doesNotHaveDuplicates();
  }

  @Test
  void shiftEnterMakesANewLineAndTheServerFormatsTheWhole() {
    type("sum(rate(shop_requests_total[5m]))/sum(rate(shop_requests_total{code=\"500\"}[5m]))");
    editor().press("Escape");
    editor().press("Shift+Enter");
    assertThat(page.locator(".cm-line")).hasCount(2);

    editor().press("Shift+Alt+F");

    assertThat(page.locator(".cm-line")).not().hasCount(2);
    assertThat(editor()).containsText("sum(rate(shop_requests_total[5m])) / ");
  }

  @Test
  void tabLeavesTheEditor() {
    type("vector(1)");
    editor().press("Escape");

    editor().press("Tab");

    assertThat(panel(1).locator(".run")).isFocused();
  }
}
