package dev.vedette.e2e.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all pages have: themes, keys, narrow windows, a policy; and the modules below them. */
class FrameTest extends PageTest {
  private String ground() {
    return (String) page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
  }

  @Test
  void theThemeFollowsTheSystemUntilOneIsChosen() {
    visitQuery("shop_queue_length");
    expect("answer");
    String light = ground();
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
    assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
    assertThat(ground()).isNotEqualTo(light);

    page.locator("#theme").click();

    assertThat(page.locator("html")).hasAttribute("data-theme", "light");
    page.reload();
    assertThat(page.locator("html")).hasAttribute("data-theme", "light");
    assertThat(ground()).isEqualTo(light);
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void textCanBeReadInBothThemes(String theme) {
    page.emulateMedia(
        new Page.EmulateMediaOptions()
            .setColorScheme(ColorScheme.valueOf(theme.toUpperCase(java.util.Locale.ROOT))));
    visitQuery(
        "sum by (code) (rate(shop_requests_total{code=\"500\"}[5m])) # errors", "&g0.tab=table");
    expect("answer");

    // Contrast as WCAG has it; 4.5 is its level AA for text of this size.
    Object faint =
        page.evaluate(
            """
            () => {
              const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
              const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
                .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
                .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const ground = (e) => {
                for (; e; e = e.parentElement) {
                  const c = rgb(getComputedStyle(e).backgroundColor);
                  if (c.length === 3 || c[3] === 1) return c;
                }
                return [255, 255, 255];
              };
              const bad = [];
              const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              for (let n = walk.nextNode(); n; n = walk.nextNode()) {
                const e = n.parentElement;
                if (!n.data.trim() || !e.checkVisibility({opacityProperty: true}) || e.closest('.offscreen, .skip, script, option')) continue;
                const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
                if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(n.data.trim() + ' ' + ((a + 0.05) / (b + 0.05)).toFixed(2));
              }
              return bad;
            }
            """);

    assertThat((List<?>) faint).isEmpty();
  }

  @Test
  void keysLeadEverywhere() {
    visitQuery("shop_queue_length");
    expect("answer");
    page.locator("body")
        .click(new com.microsoft.playwright.Locator.ClickOptions().setPosition(4, 600));

    page.keyboard().press("t");
    assertThat(page).hasURL(Pattern.compile(".*g0\\.tab=table.*"));
    page.keyboard().press("/");
    assertThat(editor()).isFocused();
    page.keyboard().press("Escape");
    editor().blur();
    page.keyboard().press("n");
    assertThat(panel(2)).isVisible();
    page.evaluate("document.activeElement.blur()");
    page.keyboard().press("?");
    assertThat(page.getByRole(com.microsoft.playwright.options.AriaRole.DIALOG)).isVisible();
    page.keyboard().press("Escape");
    page.keyboard().press("3");
    assertThat(page).hasURL(Pattern.compile(".*/targets"));
  }

  @Test
  void theFirstTabStopSkipsToTheContent() {
    visit("/targets");

    page.keyboard().press("Tab");
    assertThat(page.locator(".skip")).isFocused();
    page.keyboard().press("Enter");

    assertThat(page.locator("main")).isFocused();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/graph", "/cardinality", "/targets", "/queries"})
  void everyControlHasAName(String path) {
    visit(path);
    assertThat(page.locator("main")).not().isEmpty();

    Object nameless =
        page.evaluate(
            "() => [...document.querySelectorAll('button, input, select, a, [role=textbox]')]"
                + ".filter((e) => !(e.getAttribute('aria-label') || e.title || e.textContent.trim() || e.labels?.length))"
                + ".map((e) => e.outerHTML)");

    assertThat((List<?>) nameless).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/graph?g0.expr=shop_requests_total", "/cardinality", "/targets", "/queries"})
  void aNarrowWindowNeedsNoScrollingSideways(String path) {
    page.setViewportSize(390, 800);
    visit(path);
    assertThat(page.locator("main .card, main .legend, main .empty").first()).isVisible();

    Object over =
        page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth");

    assertThat(((Number) over).intValue()).isZero();
  }

  @Test
  void aScriptThatWasSmuggledInIsNotRun() {
    visit("/graph");

    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.smuggled = true';"
            + " document.addEventListener('securitypolicyviolation', (e) => (window.stopped = e.violatedDirective));"
            + " document.body.append(s); }");

    page.waitForFunction("window.stopped");
    assertThat(page.evaluate("window.smuggled")).isNull();
    forgive("console: Executing inline script");
  }

  @Test
  void labelsAreTextAndNeverMarkup() {
    visitQuery(
        "label_replace(vector(1), \"x\", \"<img src=x onerror=alert(1)>\", \"\", \"\")",
        "&g0.tab=table");
    expect("answer");

    assertThat(panel(1).locator(".results")).containsText("<img src=x onerror=alert(1)>");
    assertThat(panel(1).locator(".results img")).hasCount(0);
  }

  @Test
  void pagesWorkBelowAnotherPath() {
    // As a proxy would serve it: everything asked below /tools/metrics/ comes from the server's
    // root.
    page.route(
        Pattern.compile(".*/tools/metrics/.*"),
        route -> {
          String url = route.request().url().replace("/tools/metrics/", "/");
          var answer = route.fetch(new com.microsoft.playwright.Route.FetchOptions().setUrl(url));
          route.fulfill(new com.microsoft.playwright.Route.FulfillOptions().setResponse(answer));
        });

    visit("/tools/metrics/graph?g0.expr=shop_queue_length&g0.tab=table");

    expect("answer");
    assertThat(page.locator("header nav a").nth(2)).hasAttribute("href", "targets");
    assertThat(page.locator("header nav a").nth(3)).hasAttribute("href", "queries");
  }

  @Test
  void durationsAreReadAsPromqlHasThem() {
    visit("/graph");

    Object read =
        evaluateModule(
            "time.js",
            "['15s', '1h30m', '2d', '250ms', '90', '1.5', 'soon', '', '5x', '1m1h'].map(m.parseDuration)");
    Object written =
        evaluateModule(
            "time.js", "[15000, 5400000, 172800000, 250, 691200000].map(m.formatDuration)");

    assertThat((List<?>) read)
        .isEqualTo(
            Arrays.asList(
                15_000, 5_400_000, 172_800_000, 250, 90_000, 1500, null, null, null, null));
    assertThat((List<?>) written).isEqualTo(List.of("15s", "1h30m", "2d", "250ms", "8d"));
  }

  @Test
  void aGraphsTimesAreMultiplesOfItsStepAndHoldAllOfAFixedRange() {
    visit("/graph");

    // Of an hour; it is 12:00:07. Steps of 14 s lie at 11:59:50 and 12:00:04.
    Object windows =
        evaluateModule(
            "state.js",
            """
            [[null, 14000], [1768478400000, 14000], [1768478400000, 60000], [1768478406500, 1000], [1768478407000, 14000]].map(([end, step]) => {
              const window = m.windowOf({...m.freshPanel(), end, step}, 1768478407000);
              return `${window.start} ${window.end}`;
            })""");

    assertThat((List<?>) windows)
        .isEqualTo(
            List.of(
                "1768474792000 1768478404000",
                "1768474792000 1768478404000",
                "1768474800000 1768478400000",
                "1768474806000 1768478407000",
                "1768474806000 1768478404000"));
  }

  @Test
  void aRangeWithoutAStepKeepsItsTimesAndOneOfTheMostStepsIsNoLonger() {
    visit("/graph");

    Object windows =
        evaluateModule(
            "state.js",
            """
            [[1768478406000, 3600000, 4000], [1768478399001, 7000, 77000000], [1768478399001, 7000, 77007000]].map(([end, step, range]) => {
              const window = m.windowOf({...m.freshPanel(), end, step, range}, 1768478407000);
              return window.problem ? 'refused' : `${window.start} ${window.end}`;
            })""");

    assertThat((List<?>) windows)
        .isEqualTo(
            List.of("1768478402000 1768478406000", "1768401404000 1768478404000", "refused"));
  }

  @Test
  void completionKnowsWhereItStands() {
    Map<String, String> kinds = new LinkedHashMap<>();
    kinds.put("rate(", "name");
    kinds.put("sum by (", "label");
    kinds.put("up{", "label");
    kinds.put("up{jo", "label");
    kinds.put("up{job=", "value");
    kinds.put("up{job=\"a", "value");
    kinds.put("up{job=\"a\",", "label");
    kinds.put("up{job=\"a\"", "nothing");
    kinds.put("up[", "duration");
    kinds.put("up{a=\"b\"} + no", "name");
    kinds.put("{\"a.b", "label");
    kinds.put("12", "nothing");
    visit("/graph");

    kinds.forEach(
        (text, kind) ->
            assertThat(
                    evaluateModule(
                        "promql/context.js",
                        "m.contextAt(`%s`, %d).kind".formatted(text, text.length())))
                .as(text)
                .isEqualTo(kind));
  }

  @Test
  void statesSurviveTheirAddress() {
    visit("/graph");

    Object same =
        evaluateModule(
            "state.js",
            """
            (() => {
              const panels = [
                {...m.freshPanel('sum({"a.b"} > 1) # ü & +'), tab: 'table', range: 5400000, end: 1768478400000, step: 45000, display: 'stacked', tier: '5m', legend: '{{a}}&b'},
                {...m.freshPanel(''), density: 'high'},
              ];
              return JSON.stringify(m.parsePanels(m.formatPanels(panels))) === JSON.stringify(panels);
            })()
            """);

    assertThat(same).isEqualTo(true);
  }

  @Test
  void aTabStaysWithItsTenantWhateverOthersShow() {
    visit("/queries");
    choose("a");
    evaluateModule("state.js", "m.history.add('vector(4)')");
    Page first = page;
    page = first.context().newPage();
    visit("/queries");
    assertThat(tenantField()).hasValue("a");

    choose("b");

    assertThat(tenantField()).hasValue("b");
    assertThat(asked()).isEqualTo("b");
    assertThat(evaluateModule("state.js", "m.history.all()")).isEqualTo(List.of());
    page = first;
    assertThat(tenantField()).hasValue("a");
    assertThat(asked()).isEqualTo("a");
    page.reload();
    assertThat(tenantField()).hasValue("a");
    assertThat(evaluateModule("state.js", "m.history.all()")).isEqualTo(List.of("vector(4)"));
  }

  private Locator tenantField() {
    return page.locator("#tenant input");
  }

  private void choose(String tenant) {
    evaluateModule("api.js", "m.setTenant('%s')".formatted(tenant));
    page.reload();
    assertThat(page.locator("html[data-ready=true]")).isAttached();
  }

  /** Whose data the page asks for, as the server is told. */
  private String asked() {
    Request request =
        page.waitForRequest(
            "**/api/v1/status/buildinfo",
            () -> evaluateModule("api.js", "(await m.get('status/buildinfo')).status"));
    return request.headers().getOrDefault("x-scope-orgid", "");
  }

  @Test
  void nothingIsFetchedTwiceAndAnimationsCanBeOff() {
    page.emulateMedia(
        new Page.EmulateMediaOptions()
            .setMedia(Media.SCREEN)
            .setReducedMotion(com.microsoft.playwright.options.ReducedMotion.REDUCE));
    visit("/graph");

    Object twice =
        page.evaluate(
            "() => { const names = performance.getEntriesByType('resource').map((e) => e.name).filter((n) => /[.](js|css)$/.test(n));"
                + " return names.filter((n, i) => names.indexOf(n) !== i); }");

    assertThat((List<?>) twice).isEmpty();
  }
}
