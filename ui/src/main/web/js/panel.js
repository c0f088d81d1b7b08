// One query: its expression, its time, its answer.

import {post} from './api.js';
import {copy, h, icon, menu} from './dom.js';
import {makeEditor} from './editor.js';
import {bytes, counted, grouped, seconds, short} from './format.js';
import {exemplarsFact, fetchExemplars} from './exemplars.js';
import {makePlan} from './explain.js';
import {makeGraph} from './graph.js';
import {gridOf} from './grid.js';
import {makeLegend, namesOf} from './legend.js';
import {address} from './api.js';
import {formatPanels, history, windowOf} from './state.js';
import {makeTable} from './table.js';
import {formatDuration, formatTime, isUtc} from './time.js';
import {makeTimebar} from './timebar.js';

const LIMITS = {graph: [250, 1000], table: [10_000, 10_000], explain: [1]};
const TABS = {graph: 'Graph', table: 'Table', explain: 'Explain'};
const TRUNCATED = 'results truncated due to limit';

/**
 * Makes a panel.
 *
 * @param {{panel: object, index: () => number, page: object}} options page is told of changes: onChange (push),
 *   onTime, onHover, onRemove, onDuplicate
 */
export function makePanel(options) {
  return new Panel(options);
}

class Panel {
  constructor({panel, page}) {
    this.state = panel;
    this.page = page;
    this.more = 0;
    this.editor = makeEditor({
      text: panel.expr,
      label: 'PromQL expression',
      onRun: () => this.run(),
      onChange: (text) => (this.draft = text),
    });
    this.draft = panel.expr;
    this.timebar = makeTimebar({panel, change: (part) => this.change(part)});
    this.build();
    this.refresh();
  }

  build() {
    this.runButton = h('button', {type: 'button', class: 'primary run', onclick: () => (this.running ? this.abort() : this.run())}, icon('run'), h('span', {}, 'Run'));
    this.tabs = Object.entries(TABS).map(([tab, title]) =>
      h('button', {type: 'button', role: 'tab', 'data-tab': tab, onclick: () => this.change({tab})}, title));
    const tabList = h('div', {class: 'tabs', role: 'tablist', 'aria-label': 'Show as', onkeydown: (event) => this.turnTab(event)}, this.tabs);
    this.display = h('select', {class: 'display', 'aria-label': 'Draw as', onchange: () => this.change({display: this.display.value}, true)},
      [['lines', 'lines'], ['stacked', 'stacked'], ['heatmap', 'heat map']].map(([value, text]) => h('option', {value}, text)));
    this.legendFormat = h('input', {class: 'legend-format', 'aria-label': 'Legend format', placeholder: 'legend: {{label}}', size: 14, spellcheck: 'false', value: this.state.legend, onchange: () => this.change({legend: this.legendFormat.value}, true)});
    this.exemplars = h('input', {type: 'checkbox', onchange: () => this.change({exemplars: this.exemplars.checked})});
    this.exemplarsLabel = h('label', {class: 'check', title: 'Single measurements with the traces they belong to'}, this.exemplars, 'exemplars');
    this.facts = h('div', {class: 'facts', role: 'status'});
    this.notes = h('div', {class: 'notes'});
    this.body = h('div', {class: 'panel-body', role: 'tabpanel'});
    this.progress = h('div', {class: 'progress', hidden: true});
    this.dom = h('section', {class: 'panel', 'aria-label': 'Query', 'aria-busy': 'false'},
      h('div', {class: 'ask'}, this.editor.dom, h('div', {class: 'ask-buttons'}, this.runButton, this.tools())),
      h('div', {class: 'controls'}, tabList, this.timebar.dom, this.display, this.legendFormat, this.exemplarsLabel),
      this.progress, this.notes, this.body, this.facts);
  }

  tools() {
    const button = (name, label, onclick) => h('button', {type: 'button', class: 'icon-button', title: label, 'aria-label': label, onclick}, icon(name));
    const share = menu([icon('link'), h('span', {class: 'offscreen'}, 'Share')], [
      h('button', {type: 'button', onclick: () => this.share(false)}, 'Copy link to this query'),
      h('button', {type: 'button', onclick: () => this.share(true)}, 'Copy link at this very time'),
      h('button', {type: 'button', onclick: () => this.shareCall()}, 'Copy address of the API call'),
    ], {class: 'icon-button', title: 'Share'});
    this.shareMenu = share;
    return [
      button('format', 'Format the expression (Shift+Alt+F)', () => this.format()),
      share,
      button('copy', 'Duplicate this query', () => this.page.onDuplicate(this)),
      button('close', 'Remove this query', () => this.page.onRemove(this)),
    ];
  }

  /** Takes over what is new and asks again, unless only the drawing changes. */
  change(part, drawOnly = false) {
    Object.assign(this.state, part);
    this.refresh();
    if ('range' in part || 'end' in part) {
      this.page.onTime(this, {range: this.state.range, end: this.state.end});
    }
    this.page.onChange();
    if (drawOnly) {
      this.redraw();
    } else {
      this.ask();
    }
  }

  /** The same from another panel whose time this one shares. */
  setTime(time) {
    Object.assign(this.state, time);
    this.refresh();
    this.ask();
  }

  refresh() {
    this.timebar.refresh();
    this.display.value = this.state.display;
    const graph = this.state.tab === 'graph';
    this.display.hidden = !graph;
    this.legendFormat.hidden = !graph;
    this.exemplarsLabel.hidden = !graph;
    this.exemplars.checked = this.state.exemplars;
    this.dom.dataset.tab = this.state.tab;
    for (const tab of this.tabs) {
      const selected = tab.dataset.tab === this.state.tab;
      tab.setAttribute('aria-selected', String(selected));
      tab.tabIndex = selected ? 0 : -1;
    }
  }

  turnTab(event) {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const at = this.tabs.findIndex((tab) => tab.dataset.tab === this.state.tab);
      const other = this.tabs[(at + (event.key === 'ArrowRight' ? 1 : this.tabs.length - 1)) % this.tabs.length];
      this.change({tab: other.dataset.tab});
      other.focus();
    }
  }

  /** Takes the expression from the editor and asks. */
  run() {
    this.state.expr = this.draft;
    this.more = 0;
    history.add(this.draft);
    this.page.onChange();
    return this.ask();
  }

  async format() {
    try {
      await this.editor.format();
    } catch (error) {
      this.fail(error);
    }
  }

  abort() {
    this.running?.abort();
  }

  async ask() {
    this.abort();
    if (this.state.expr.trim() === '') {
      this.invite();
      return;
    }
    const running = new AbortController();
    this.running = running;
    this.busy(true);
    const began = performance.now();
    try {
      const answer = await this.call(running.signal);
      if (this.running === running) {
        await this.show(answer, (performance.now() - began) / 1000);
      }
    } catch (error) {
      if (this.running === running) {
        this.fail(error);
      }
    } finally {
      if (this.running === running) {
        this.running = null;
        this.busy(false);
      }
    }
  }

  call(signal) {
    const {expr, tab, tier} = this.state;
    const limit = LIMITS[tab][this.more];
    if (tab === 'table') {
      return post('query', {query: expr, time: (this.state.end ?? Date.now()) / 1000, stats: 1, tier, limit}, signal);
    }
    const window = windowOf(this.state, Date.now());
    if (window.problem) {
      throw new Error(window.problem);
    }
    this.window = window;
    const {start, end, step} = window;
    const explain = tab === 'explain' ? 1 : null;
    this.marked = tab === 'graph' && this.state.exemplars ? fetchExemplars(expr, window, signal).catch((error) => ({error})) : null;
    return post('query_range', {query: expr, start: start / 1000, end: end / 1000, step: step / 1000, stats: 1, tier, limit, explain}, signal);
  }

  busy(is) {
    this.dom.setAttribute('aria-busy', String(is));
    this.progress.hidden = !is;
    this.runButton.classList.toggle('running', is);
    this.runButton.replaceChildren(icon(is ? 'stop' : 'run'), h('span', {}, is ? 'Stop' : 'Run'));
  }

  async show(answer, elapsed) {
    this.answer = answer;
    const {data} = answer;
    this.tellNotes(answer);
    this.tellFacts(answer, elapsed);
    if (this.state.tab === 'explain') {
      this.dom.dataset.outcome = 'answer';
      this.clear();
      this.body.append(makePlan(data.explain));
      return;
    }
    const empty = Array.isArray(data.result) && data.result.length === 0;
    this.dom.dataset.outcome = empty ? 'empty' : 'answer';
    if (empty) {
      this.tellNothing();
    } else if (this.state.tab === 'table') {
      this.clear();
      this.body.append(makeTable(data));
    } else {
      await this.draw(data.result);
    }
  }

  async draw(matrix) {
    const grid = gridOf(matrix, this.window);
    this.grid = grid;
    const heat = grid.histograms.length > 0 && (grid.series.length === 0 || this.state.display === 'heatmap');
    const names = namesOf(heat ? grid.histograms : grid.series, this.state.legend);
    this.names = names;
    this.clear(true);
    this.graph ??= makeGraph({
      onZoom: (start, end) => end > start && this.change({range: end - start, end}),
      onPan: (share) => this.change({end: (this.state.end ?? Date.now()) + Math.round((this.state.range * share) / 1000) * 1000}),
      onWiden: (factor) => this.widen(factor),
      onHover: (time) => this.page.onHover(this, time),
      nameOf: (labels) => this.names.nameOf(labels),
    });
    this.body.append(this.graph.dom);
    if (heat) {
      this.body.append(this.heatChoice(grid, names));
    } else {
      this.body.append(makeLegend({series: grid.series, names, onHide: (hidden) => this.graph.hide(hidden), onPoint: (index) => grid.series.length <= 60 && this.graph.emphasise(index)}));
    }
    await this.graph.show(grid, this.window, heat ? 'heatmap' : this.state.display, 0);
    await this.mark();
  }

  /** Puts the exemplars over the graph once they are here; the graph does not wait for them. */
  async mark() {
    const {graph, marked} = this;
    const found = marked ? await marked : {all: 0, shown: []};
    if (graph !== this.graph || marked !== this.marked) {
      return;
    }
    this.facts.querySelector('.exemplars-fact')?.remove();
    if (found.error) {
      found.error.name === 'AbortError' || this.notes.append(h('p', {class: 'note warning'}, h('strong', {}, 'No exemplars'), ' ', found.error.message));
      return;
    }
    graph.mark(found.shown);
    marked && this.facts.append(h('span', {class: 'fact exemplars-fact'}, exemplarsFact(found)));
  }

  // One histogram fills the graph; which one is chosen below it.
  heatChoice(grid, names) {
    const select = h('select', {'aria-label': 'Histogram', onchange: () => this.graph.show(grid, this.window, 'heatmap', Number(select.value))},
      grid.histograms.map(({labels}, i) => h('option', {value: i}, names.nameOf(labels))));
    const hint = grid.histograms.length > 1 ? `one of ${grouped(grid.histograms.length)} histograms; sum(…) shows them together` : 'native histogram: the brighter the colour against the background, the more observations';
    return h('div', {class: 'heat-choice'}, select, h('span', {class: 'soft'}, hint));
  }

  widen(factor) {
    const end = this.state.end ?? Date.now();
    const middle = end - this.state.range / 2;
    const range = Math.max(1000, Math.round((this.state.range * factor) / 1000) * 1000);
    const until = Math.round((middle + range / 2) / 1000) * 1000;
    this.change({range, end: until >= Date.now() ? null : until});
  }

  /** Draws what is there once more: another theme, another zone, another legend. */
  redraw() {
    this.refresh();
    if (this.answer && this.state.tab === 'graph' && this.answer.data.result.length > 0 && this.dom.dataset.outcome === 'answer') {
      void this.draw(this.answer.data.result);
    }
  }

  follow(time) {
    if (this.graph && this.state.tab === 'graph') {
      this.graph.follow(time);
    }
  }

  tellFacts({data, infos = [], bytes: size}, elapsed) {
    const {stats} = data;
    const facts = [];
    const put = (name, value, title) => facts.push(h('span', {class: `fact ${name}`, title}, value));
    if (this.state.tab !== 'explain' && Array.isArray(data.result) && data.resultType !== 'scalar' && data.resultType !== 'string') {
      put('series', counted(data.result.length, 'series', 'series'), 'Series of the answer');
    }
    if (stats) {
      put('time', seconds(stats.timings.execTotalTime), 'Time the server needed for the query');
      const read = stats.samples.samplesRead ?? stats.samples.totalQueryableSamples;
      put('samples', `${short(read)} samples read`, `${grouped(read)} samples of ${counted(stats.samples.seriesRead ?? 0, 'series', 'series')}`);
    }
    if (stats?.cachedSteps > 0) {
      put('known', `${counted(stats.cachedSteps, 'step')} known`, 'Steps that the server had from queries before; time and samples are those of the others');
    }
    put('transfer', `${bytes(size)} in ${seconds(elapsed)}`, 'Size of the answer, and time until it was here');
    const tiers = [...new Set(infos.map((info) => /answered from tier (\w+)/.exec(info)?.[1]).filter(Boolean))];
    put('tier-used', tiers.length > 0 ? `tier ${tiers.join(', ')}` : 'raw samples', 'What the answer was computed from');
    if (this.state.tab !== 'table') {
      put('step-used', `step ${formatDuration(this.window.step)}`, `${formatTime(this.window.start)} to ${formatTime(this.window.end)}${isUtc() ? ' UTC' : ''}`);
    }
    this.facts.replaceChildren(...facts);
  }

  tellNotes({warnings = [], infos = []}) {
    const truncated = warnings.includes(TRUNCATED) && this.state.tab !== 'explain';
    const note = (kind, text) => h('p', {class: `note ${kind}`}, h('strong', {}, kind === 'warning' ? 'Warning' : 'Info'), ' ', text.replace(/^PromQL (info|warning): /, ''));
    this.notes.replaceChildren(
      ...(truncated ? [this.limitNote()] : []),
      ...warnings.filter((text) => text !== TRUNCATED).map((text) => note('warning', text)),
      ...infos.map((text) => note('info', text)));
  }

  limitNote() {
    const limits = LIMITS[this.state.tab];
    const next = limits[this.more + 1];
    const wide = this.state.expr.length < 40 ? this.state.expr.trim() : '…';
    const more = next && next > limits[this.more]
      ? h('button', {type: 'button', class: 'quiet', onclick: () => ((this.more += 1), this.ask())}, `Show ${grouped(next)}`)
      : null;
    return h('p', {class: 'note warning limit', role: 'status'},
      h('strong', {}, `Only the first ${grouped(limits[this.more])} series are shown`), ` of more. Narrow the expression down, say with topk(20, ${wide}). `, more);
  }

  tellNothing() {
    this.clear();
    const when = this.state.tab === 'graph'
      ? `between ${formatTime(this.window.start)} and ${formatTime(this.window.end)}`
      : `at ${formatTime(this.state.end ?? Date.now())}`;
    this.body.append(h('div', {class: 'empty'}, h('p', {class: 'empty-title'}, 'No series'), h('p', {}, `The query is right, and nothing matches it ${when}.`)));
  }

  invite() {
    this.answer = null;
    this.notes.replaceChildren();
    this.facts.replaceChildren();
    this.clear();
    this.dom.dataset.outcome = 'idle';
    const examples = [
      ['up', 'which targets answer'],
      ['sum by (mode) (rate(node_cpu_seconds_total[5m]))', 'where this machine’s CPU time goes'],
      ['sum by (handler) (rate(vedette_http_requests_total[5m]))', 'what this server is asked'],
    ];
    this.body.append(h('div', {class: 'empty'},
      h('p', {class: 'empty-title'}, 'Ask in PromQL'),
      h('ul', {class: 'examples'}, examples.map(([expr, what]) => h('li', {}, h('button', {type: 'button', class: 'quiet example', onclick: () => this.setExpression(expr)}, h('code', {}, expr)), h('span', {class: 'soft'}, what))))));
  }

  setExpression(expr) {
    this.editor.set(expr);
    this.draft = expr;
    void this.run();
  }

  fail(error) {
    this.notes.replaceChildren();
    this.facts.replaceChildren();
    this.clear();
    if (error.name === 'AbortError') {
      this.dom.dataset.outcome = 'stopped';
      this.body.append(h('div', {class: 'empty'}, h('p', {class: 'empty-title'}, 'Stopped'), h('p', {}, 'The query was stopped here and on the server.')));
      return;
    }
    this.dom.dataset.outcome = 'error';
    this.body.append(h('div', {class: 'failure', role: 'alert'},
      h('p', {class: 'failure-title'}, {bad_data: 'The query is not valid', timeout: 'The query took too long', execution: 'The query could not be answered', network: 'No connection'}[error.type] ?? 'This did not work'),
      h('pre', {}, error.message.replace(/^invalid parameter "query": /, ''))));
  }

  clear(keepGraph = false) {
    if (!keepGraph) {
      this.graph?.destroy();
      this.graph = null;
    }
    this.body.replaceChildren();
  }

  share(pinned) {
    const end = pinned ? this.state.end ?? this.window?.end ?? Date.now() : this.state.end;
    const url = new URL(location.pathname + formatPanels([{...this.state, end}]), location.origin);
    this.shareMenu.close();
    return copy(url.href, pinned ? 'Link at this time copied' : 'Link copied');
  }

  shareCall() {
    const {expr, tab, tier} = this.state;
    const {start, end, step, problem} = windowOf(this.state, Date.now());
    const url = tab !== 'table' && !problem
      ? address('query_range', {query: expr, start: start / 1000, end: end / 1000, step: step / 1000, tier, explain: tab === 'explain' ? 1 : null})
      : address('query', {query: expr, time: (this.state.end ?? Date.now()) / 1000, tier});
    this.shareMenu.close();
    return copy(url.href, 'Address of the API call copied');
  }

  destroy() {
    this.abort();
    this.running = null;
    this.clear();
    this.editor.destroy();
    this.dom.remove();
  }
}
