package dev.vedette.e2e.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of pages: a fresh browser profile each, which may reach the server alone. What the page
 * itself gets wrong (an error of a script, something its security policy forbids, a call to
 * anywhere else) fails every test.
 */
@ExtendWith(Browsing.class)
abstract class PageTest {
  private final List<String> faults = new ArrayList<>();

  private BrowserContext context;
  Browsing.Shared shared;
  Page page;

  @BeforeEach
  void open(Browsing.Shared given) {
    shared = given;
    context =
        shared
            .browser()
            .newContext(
                new Browser.NewContextOptions()
                    .setViewportSize(1280, 900)
                    .setTimezoneId("Europe/Berlin")
                    .setColorScheme(ColorScheme.LIGHT)
                    .setPermissions(List.of("clipboard-read", "clipboard-write")));
    context.setDefaultTimeout(20_000);
    context.route(
        url -> !url.startsWith(shared.address().toString()) && !url.startsWith("data:"),
        route -> {
          faults.add("asked elsewhere: " + route.request().url());
          route.abort();
        });
    page = context.newPage();
    // For each page it is the moment of the newest sample, however long ago that was; from there
    // time goes on, as the editor's timers need it to.
    page.clock().setSystemTime(shared.seededMillis());
    page.onPageError(error -> faults.add("script: " + error));
    page.onConsoleMessage(
        message -> {
          // A refused query is an answer: the browser notes its status, the page shows its words.
          boolean refused = message.text().startsWith("Failed to load resource");
          if (List.of("error", "warning").contains(message.type()) && !refused) {
            faults.add("console: " + message.text());
          }
        });
  }

  @AfterEach
  void close() {
    context.close();
    assertThat(faults).as("what the page itself got wrong").isEmpty();
  }

  void visit(String path) {
    page.navigate(shared.address().resolve(path).toString());
    assertThat(page.locator("html[data-ready=true]")).isAttached();
  }

  /** Opens a query as a link of Prometheus does. */
  void visitQuery(String expression, String... more) {
    visit("/graph?g0.expr=" + encode(expression) + String.join("", more));
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** The panel of a query, counted from 1. */
  Locator panel(int number) {
    return page.getByRole(
        AriaRole.REGION, new Page.GetByRoleOptions().setName("Query " + number).setExact(true));
  }

  Locator editor() {
    return panel(1)
        .getByRole(AriaRole.TEXTBOX, new Locator.GetByRoleOptions().setName("PromQL expression"));
  }

  Locator button(String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  /** Replaces the expression, as typed. */
  void type(String expression) {
    editor().fill("");
    editor().pressSequentially(expression);
  }

  /** Waits until the first query has this outcome: answer, empty, error, stopped or idle. */
  void expect(String outcome) {
    assertThat(panel(1)).hasAttribute("data-outcome", outcome);
    assertThat(panel(1)).hasAttribute("aria-busy", "false");
  }

  /** Takes back a fault that the test itself provoked. */
  void forgive(String begins) {
    assertThat(faults.removeIf(fault -> fault.startsWith(begins))).as(begins).isTrue();
  }

  /** What an expression over one of the page's own modules, {@code m}, is in the browser. */
  Object evaluateModule(String module, String expression) {
    return page.evaluate(
        """
        async (module) => {
          const m = await import(new URL(module, document.querySelector('script[type=module]').src));
          return %s;
        }
        """
            .formatted(expression),
        "./" + module);
  }
}
