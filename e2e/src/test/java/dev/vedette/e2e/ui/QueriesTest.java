package dev.vedette.e2e.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of running queries. */
class QueriesTest extends PageTest {
  private static final String LIST = "**/api/v1/status/active_queries";

  /** A query as the API lists it; no test could wait for a real one to be slow. */
  static String query(String id, String state, String text, double seconds, int step) {
    return """
    {"id":"%s","state":"%s","query":"%s","kind":"range","start":1760000000,"end":1760003600,"step":%d,
     "since":"2026-11-21T08:00:00Z","durationSeconds":%s,"seriesRead":12000,"samplesRead":4500000,
     "bytesRead":9400000,"heldBytes":52000000,"peakBytes":61000000}
    """
        .formatted(id, state, text, step, seconds);
  }

  private void lists(List<String> queries) {
    page.route(
        LIST,
        route ->
            route.fulfill(
                new Route.FulfillOptions()
                    .setContentType("application/json")
                    .setBody(
                        "{\"status\":\"success\",\"data\":[" + String.join(",", queries) + "]}")));
  }

  private Locator rows() {
    return page.locator("tr.query");
  }

  @Test
  void anIdleServerSaysThatNothingRuns() {
    visit("/queries");

    assertThat(page.locator(".empty")).containsText("Nothing is running");
    assertThat(page.locator("[data-fact=running]")).hasText("0 running");
    assertThat(page.locator("header nav a[aria-current]")).hasText("Queries");
  }

  @Test
  void theLongestComesFirstWithWhatItHasCostSoFar() {
    lists(
        List.of(
            query("a1", "waiting", "up", 0.2, 15),
            query("b2", "running", "sum(rate(shop_crowd[5m]))", 7.5, 15)));

    visit("/queries");

    assertThat(rows()).hasCount(2);
    assertThat(rows().nth(0)).containsText("sum(rate(shop_crowd[5m]))");
    assertThat(rows().nth(0))
        .containsText(Pattern.compile("7.5 s.*12,000.*4.5 M.*9.4 MB.*52 MB.*End"));
    assertThat(rows().nth(0)).containsText("step 15s");
    assertThat(rows().nth(1).locator(".state")).hasText("waiting");
    assertThat(page.locator("[data-fact=memory]")).hasText("104 MB held");
    assertThat(rows().nth(0).locator("a"))
        .hasAttribute("href", Pattern.compile("graph\\?g0.expr=sum.*g0.res_step=15"));
  }

  @Test
  void theListIsSearched() {
    lists(
        List.of(query("a1", "running", "up", 2, 15), query("b2", "running", "shop_crowd", 1, 15)));
    visit("/queries");
    assertThat(rows()).hasCount(2);

    page.keyboard().press("/");
    page.keyboard().type("crowd");

    assertThat(rows()).hasCount(1);
    page.getByLabel("Search expressions").fill("nobody");
    assertThat(page.locator(".empty")).containsText("No query fits");
  }

  @Test
  void aQueryIsEndedAndOneThatIsOverSaysSo() {
    lists(List.of(query("00000000000000aa", "running", "up", 2, 15)));
    visit("/queries");

    // The server itself is asked, and has no such query any more.
    button("End up").click();

    assertThat(page.locator("#announcements")).hasText("The query was over already");
  }

  @Test
  void aPausedPageStandsStill() {
    lists(List.of(query("a1", "running", "up", 2, 15)));
    visit("/queries");
    assertThat(rows()).hasCount(1);

    button("Pause").click();
    page.unroute(LIST);
    page.route(LIST, Route::abort);
    page.clock().runFor(5_000);

    assertThat(rows()).hasCount(1);
    button("Go on").click();
    assertThat(page.locator(".failure")).containsText("does not answer");
  }
}
