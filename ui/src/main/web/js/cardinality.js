// Where the series are: the largest metrics and labels, and what grew.

import {get, post} from './api.js';
import {h} from './dom.js';
import {bytes, grouped, quoted} from './format.js';
import {makeGraph} from './graph.js';
import {gridOf} from './grid.js';
import {formatTime, parseDuration} from './time.js';

const TOP = [10, 25, 100];
const WINDOWS = ['1h', '6h', '1d', '7d'];

/** Builds the page into an element. */
export function cardinality(root) {
  document.title = 'Cardinality · Vedette';
  const top = h('select', {'aria-label': 'How many to list', onchange: load}, TOP.map((count) => h('option', {value: count}, `top ${count}`)));
  const content = h('div', {class: 'cards'});
  const status = h('div', {class: 'facts', role: 'status'});
  root.append(
    h('header', {class: 'page-head'}, h('h1', {}, 'Cardinality'), h('p', {class: 'soft'}, 'Which metrics and labels the series in memory are made of.'), h('div', {class: 'page-tools'}, top)),
    status, h('div', {class: 'cards wide'}, history(), growth()), content);
  void load();

  async function load() {
    root.setAttribute('aria-busy', 'true');
    try {
      const {data} = await get('status/tsdb', {limit: top.value});
      const {numSeries, numLabelPairs, minTime, maxTime} = data.headStats;
      status.replaceChildren(
        fact('Series', grouped(numSeries)),
        fact('Label pairs', grouped(numLabelPairs)),
        ...(maxTime >= minTime ? [fact('In memory from', formatTime(minTime)), fact('to', formatTime(maxTime))] : []));
      content.replaceChildren(
        card('Series by metric', data.seriesCountByMetricName, numSeries, grouped, (name) => `topk(20, {__name__=${quoted(name)}})`, 'metric'),
        card('Values by label', data.labelValueCountByLabelName, 0, grouped, (name) => `count by (${name}) ({${name}!=""})`, 'label'),
        card('Series by label pair', data.seriesCountByLabelValuePair, numSeries, grouped, pairQuery, 'pair'),
        card('Memory by label', data.memoryInBytesByLabelName, 0, bytes, null, 'memory'));
    } catch (error) {
      content.replaceChildren(failure(error));
    } finally {
      root.setAttribute('aria-busy', 'false');
    }
  }

  return {redraw: () => {
    root.replaceChildren();
    cardinality(root);
  }};
}

function fact(name, value) {
  return h('span', {class: 'fact'}, h('span', {class: 'soft'}, `${name} `), value);
}

function pairQuery(pair) {
  const at = pair.indexOf('=');
  return `topk(10, count by (__name__) ({${pair.slice(0, at)}=${quoted(pair.slice(at + 1))}}))`;
}

function card(title, counts, whole, format, query, kind) {
  const most = Math.max(1, ...counts.map(({value}) => value));
  return h('section', {class: 'card', 'data-kind': kind},
    h('h2', {}, title),
    counts.length === 0 ? h('p', {class: 'soft'}, 'Nothing yet.') : h('table', {},
      h('tbody', {}, counts.map(({name, value}) => {
        const bar = h('meter', {min: 0, max: most, value, 'aria-hidden': 'true'});
        return h('tr', {},
          h('th', {scope: 'row'}, query ? h('a', {href: link(query(name)), title: 'Explore'}, name) : name),
          h('td', {class: 'bar'}, bar),
          h('td', {class: 'number'}, format(value)),
          whole > 0 ? h('td', {class: 'number soft'}, `${Number(((100 * value) / whole).toPrecision(2))} %`) : null);
      }))));
}

function link(expr) {
  return 'graph?' + new URLSearchParams({'g0.expr': expr, 'g0.tab': 'table'});
}

// Series in memory over the last day, from the server's metrics of itself.
function history() {
  const body = h('div', {class: 'card-body'});
  const section = h('section', {class: 'card', 'data-kind': 'history'}, h('h2', {}, 'Series in memory, last day'), body);
  const end = Math.floor(Date.now() / 300_000) * 300_000;
  const window = {start: end - 86_400_000, end, step: 300_000};
  const draw = async () => {
    const {data} = await post('query_range', {query: 'sum(vedette_storage_head_series)', start: window.start / 1000, end: end / 1000 + 300, step: 300});
    if (data.result.length === 0) {
      body.replaceChildren(h('p', {class: 'soft'}, 'The server does not scrape itself, so it has no history of its series.'));
      return;
    }
    const graph = makeGraph({onZoom: () => {}, onPan: () => {}, onWiden: () => {}, onHover: () => {}, nameOf: () => 'series in memory'});
    body.replaceChildren(graph.dom);
    window.end += 300_000;
    await graph.show(gridOf(data.result, window), window, 'lines');
  };
  draw().catch((error) => body.replaceChildren(failure(error)));
  return section;
}

// What grew is counted over all series, now and earlier, so it is asked for and can be stopped.
function growth() {
  const span = h('select', {'aria-label': 'Growth since'}, WINDOWS.map((text) => h('option', {value: text}, `since ${text} ago`)));
  const by = h('select', {'aria-label': 'Growth by'}, [['__name__', 'by metric'], ['job', 'by job'], ['instance', 'by instance']].map(([value, text]) => h('option', {value}, text)));
  const body = h('div', {class: 'card-body'});
  const button = h('button', {type: 'button', class: 'primary', onclick: measure}, 'Measure');
  let running = null;

  async function measure() {
    if (running) {
      running.abort();
      return;
    }
    running = new AbortController();
    button.textContent = 'Stop';
    body.replaceChildren(h('p', {class: 'soft'}, 'Counting…'));
    try {
      const now = Date.now();
      const [later, earlier] = await Promise.all([counts(by.value, now), counts(by.value, now - parseDuration(span.value))]);
      showGrowth(later, earlier);
    } catch (error) {
      body.replaceChildren(error.name === 'AbortError' ? h('p', {class: 'soft'}, 'Stopped.') : failure(error));
    } finally {
      running = null;
      button.textContent = 'Measure';
    }
  }

  // Two counts, told apart here: arithmetic between them would lose the metric's name.
  async function counts(label, time) {
    const {data} = await post('query', {query: `count by (${label}) ({__name__!=""})`, time: time / 1000}, running.signal);
    return new Map(data.result.map(({metric, value}) => [metric[label] ?? '', Number(value[1])]));
  }

  function showGrowth(later, earlier) {
    const rows = [...new Set([...later.keys(), ...earlier.keys()])]
      .map((name) => ({name, now: later.get(name) ?? 0, before: earlier.get(name) ?? 0}))
      .filter(({now, before}) => now !== before)
      .sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
    const sum = (counts) => [...counts.values()].reduce((total, count) => total + count, 0);
    body.replaceChildren(
      h('p', {class: 'soft'}, `${grouped(sum(earlier))} series then, ${grouped(sum(later))} now. ${rows.length === 0 ? 'Nothing changed.' : ''}`),
      h('table', {}, h('tbody', {}, rows.slice(0, 20).map(({name, now, before}) => h('tr', {},
        h('th', {scope: 'row'}, h('a', {href: link(`topk(20, {${by.value}=${quoted(name)}})`)}, name || '(none)')),
        h('td', {class: 'number soft'}, `${grouped(before)} → ${grouped(now)}`),
        h('td', {class: 'number'}, `${now > before ? '+' : '−'}${grouped(Math.abs(now - before))}`))))));
  }

  return h('section', {class: 'card', 'data-kind': 'growth'}, h('h2', {}, 'Growth'), h('div', {class: 'card-tools'}, by, span, button), body);
}

function failure(error) {
  return h('div', {class: 'failure', role: 'alert'}, h('pre', {}, error.message));
}
