// What is asked of this server right now, what it costs so far, and a button to end it.

import {get, post} from './api.js';
import {announce, debounced, h, icon} from './dom.js';
import {bytes, counted, grouped, seconds, short} from './format.js';
import {formatPanels, freshPanel} from './state.js';
import {formatDuration, formatTime} from './time.js';

const EVERY_MILLIS = 1_000;
const MOST_SHOWN = 200;
const COLUMNS = [
  ['State', ''], ['Query', ''], ['Running', 'number'], ['Series', 'number'], ['Samples', 'number'], ['Read', 'number'], ['Memory', 'number'], ['', ''],
];

/** Builds the page into an element. */
export function running(root) {
  document.title = 'Queries · Vedette';
  let queries = [];
  let failed = null;
  let timer = 0;
  let ended = false;
  const ending = new Set();
  const search = h('input', {type: 'search', 'aria-label': 'Search expressions', placeholder: 'Search expressions', oninput: debounced(100, () => draw())});
  const pause = h('button', {type: 'button', 'aria-pressed': 'false', onclick: () => hold(pause.getAttribute('aria-pressed') === 'false')}, 'Pause');
  const status = h('div', {class: 'facts', role: 'status'});
  const content = h('div', {class: 'pools'});
  root.append(h('header', {class: 'page-head'}, h('h1', {}, 'Queries'), h('p', {class: 'soft'}, 'What this server is asked right now, the longest first.'), h('div', {class: 'page-tools'}, search, pause)), status, content);
  void turn();

  async function turn() {
    if (!document.hidden) {
      await load();
    }
    if (!ended && pause.getAttribute('aria-pressed') === 'false') {
      timer = setTimeout(() => void turn(), EVERY_MILLIS);
    }
  }

  function hold(wanted) {
    pause.setAttribute('aria-pressed', String(wanted));
    pause.textContent = wanted ? 'Go on' : 'Pause';
    clearTimeout(timer);
    wanted || void turn();
  }

  async function load() {
    try {
      queries = (await get('status/active_queries')).data.sort((a, b) => b.durationSeconds - a.durationSeconds);
      failed = null;
    } catch (error) {
      failed = error;
    }
    draw();
  }

  async function end(query) {
    ending.add(query.id);
    draw();
    try {
      await post(`status/active_queries/${encodeURIComponent(query.id)}/cancel`, {});
      announce('Query ended');
    } catch (error) {
      announce(error.type === 'not_found' ? 'The query was over already' : error.message);
    } finally {
      ending.delete(query.id);
      await load();
    }
  }

  function draw() {
    // What has the focus keeps it while the list changes around it.
    const focused = document.activeElement?.dataset?.cancel;
    if (failed) {
      content.replaceChildren(h('div', {class: 'failure', role: 'alert'}, h('pre', {}, failed.message)));
      return;
    }
    const count = (state) => queries.filter((query) => query.state === state).length;
    const total = (name) => queries.reduce((sum, query) => sum + query[name], 0);
    const fact = (name, value, words) => h('span', {class: 'fact', 'data-fact': name}, h('strong', {}, value), ` ${words}`);
    status.replaceChildren(fact('running', count('running'), 'running'), fact('waiting', count('waiting'), 'waiting for their turn'), fact('memory', bytes(total('heldBytes')), 'held'), fact('samples', short(total('samplesRead')), 'samples read'));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const listed = queries.filter(({query}) => words.every((word) => query.toLowerCase().includes(word)));
    content.replaceChildren(listed.length === 0 ? nothing() : list(listed));
    if (focused) {
      content.querySelector(`[data-cancel="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  function nothing() {
    const none = queries.length === 0;
    return h('div', {class: 'empty'}, h('p', {class: 'empty-title'}, none ? 'Nothing is running' : 'No query fits'),
      h('p', {}, none ? 'Queries show up here while they are answered. Those over spec.query.slowQuery are in the server’s log.' : 'Change the search above.'));
  }

  function list(listed) {
    return h('section', {class: 'card queries'},
      h('table', {},
        h('thead', {}, h('tr', {}, COLUMNS.map(([title, kind]) => h('th', {scope: 'col', class: kind}, title || h('span', {class: 'offscreen'}, 'Actions'))))),
        h('tbody', {}, listed.slice(0, MOST_SHOWN).map(row))),
      listed.length > MOST_SHOWN ? h('p', {class: 'soft'}, `and ${counted(listed.length - MOST_SHOWN, 'more query', 'more queries')}`) : null);
  }

  function row(query) {
    const busy = ending.has(query.id);
    return h('tr', {class: `query ${query.state}`},
      h('td', {}, h('span', {class: `state ${query.state}`}, query.state)),
      h('td', {}, h('a', {class: 'query-text', href: linkTo(query), title: 'Open in Explore'}, h('code', {}, query.query)), h('p', {class: 'soft'}, span(query))),
      h('td', {class: 'number', title: `since ${formatTime(Date.parse(query.since))}`}, seconds(query.durationSeconds)),
      h('td', {class: 'number'}, grouped(query.seriesRead)),
      h('td', {class: 'number', title: grouped(query.samplesRead)}, short(query.samplesRead)),
      h('td', {class: 'number'}, bytes(query.bytesRead)),
      h('td', {class: 'number', title: `${bytes(query.peakBytes)} at most`}, bytes(query.heldBytes)),
      h('td', {}, h('button', {type: 'button', class: 'end', 'data-cancel': query.id, disabled: busy, 'aria-label': `End ${query.query}`, onclick: () => end(query)}, icon('stop'), busy ? 'Ending' : 'End')));
  }

  return {
    redraw: draw,
    shortcut(event) {
      if (event.key === '/') {
        search.focus();
      } else if (event.key === ' ') {
        hold(pause.getAttribute('aria-pressed') === 'false');
      } else {
        return false;
      }
      return true;
    },
    destroy: () => ((ended = true), clearTimeout(timer)),
  };
}

function isRange({end, start, step}) {
  return step > 0 && end > start;
}

function span(query) {
  return isRange(query)
    ? `${formatTime(query.start * 1000)} to ${formatTime(query.end * 1000)}, step ${formatDuration(query.step * 1000)}`
    : `at ${formatTime(query.end * 1000)}`;
}

function linkTo(query) {
  const end = Math.round(query.end * 1000);
  const panel = isRange(query)
    ? {...freshPanel(query.query), range: Math.max(1000, Math.round((query.end - query.start) * 1000)), end, step: Math.round(query.step * 1000)}
    : {...freshPanel(query.query), tab: 'table', end};
  return 'graph' + formatPanels([panel]);
}
