// What is scraped, how it went, and why it failed.

import {get} from './api.js';
import {debounced, h} from './dom.js';
import {counted, seconds} from './format.js';
import {labelSet} from './table.js';
import {ago, formatTime} from './time.js';

const EVERY_MILLIS = 10_000;
const ROWS_AT_ONCE = 200;
const LOOKUPS_SHOWN = 20;

/** Builds the page into an element. */
export function targets(root) {
  document.title = 'Targets · Vedette';
  const parameters = new URLSearchParams(location.search);
  let answer = {activeTargets: [], droppedTargets: []};
  let failed = {failedLookups: [], total: 0};
  let shown = ROWS_AT_ONCE;
  const search = h('input', {type: 'search', 'aria-label': 'Search labels, addresses and errors', placeholder: 'Search labels, addresses, errors', value: parameters.get('search') ?? '', oninput: debounced(150, () => filtered())});
  const health = h('select', {'aria-label': 'State', onchange: () => filtered()}, [['', 'all states'], ['up', 'up'], ['down', 'down'], ['unknown', 'unknown'], ['dropped', 'dropped']].map(([value, text]) => h('option', {value}, text)));
  health.value = ['up', 'down', 'unknown', 'dropped'].includes(parameters.get('state')) ? parameters.get('state') : '';
  const status = h('div', {class: 'facts', role: 'status'});
  const lookups = h('div', {class: 'lookups'});
  const content = h('div', {class: 'pools'});
  root.append(h('header', {class: 'page-head'}, h('h1', {}, 'Targets'), h('p', {class: 'soft'}, 'What is scraped, and how the last scrape went.'), h('div', {class: 'page-tools'}, search, health)), status, lookups, content);
  void load();
  const timer = setInterval(() => document.hidden || root.contains(document.activeElement?.closest('details')) || void load(), EVERY_MILLIS);

  async function load() {
    root.setAttribute('aria-busy', 'true');
    try {
      // An older server behind this page knows nothing of lookups.
      const none = {data: {failedLookups: [], total: 0}};
      const [found, lost] = await Promise.all([get('targets'), get('targets/failed_lookups', {limit: LOOKUPS_SHOWN}).catch(() => none)]);
      answer = found.data;
      failed = lost.data;
      draw();
    } catch (error) {
      content.replaceChildren(h('div', {class: 'failure', role: 'alert'}, h('pre', {}, error.message)));
    } finally {
      root.setAttribute('aria-busy', 'false');
    }
  }

  function filtered() {
    const next = new URLSearchParams();
    search.value && next.set('search', search.value);
    health.value && next.set('state', health.value);
    history.replaceState(null, '', next.size > 0 ? `?${next}` : location.pathname);
    shown = ROWS_AT_ONCE;
    draw();
  }

  function draw() {
    const {activeTargets, droppedTargets} = answer;
    const count = (state) => activeTargets.filter((target) => target.health === state).length;
    const pill = (state, number) => h('span', {class: `fact state ${number > 0 ? state : 'none'}`, 'data-state': state}, `${number} ${state}`);
    status.replaceChildren(pill('up', count('up')), pill('down', count('down')), ...(count('unknown') ? [pill('unknown', count('unknown'))] : []), pill('dropped', droppedTargets.length),
      ...(failed.total > 0 ? [h('span', {class: 'fact state down', 'data-state': 'failed-lookups'}, counted(failed.total, 'failed lookup'))] : []));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    lookups.replaceChildren(...failed.failedLookups.filter((lookup) => has(words, [lookup.place, lookup.reason, lookup.scrapePool])).map(lookupView),
      ...(failed.total > failed.failedLookups.length ? [h('p', {class: 'soft'}, `${failed.total - failed.failedLookups.length} more places cannot be looked up.`)] : []));
    const fits = (target) =>
      has(words, [target.scrapeUrl, target.lastError, target.scrapePool, ...Object.entries(target.labels ?? target.discoveredLabels).map((pair) => pair.join('='))]);
    const listed = health.value === 'dropped' ? droppedTargets.filter(fits) : activeTargets.filter((target) => fits(target) && (!health.value || target.health === health.value));
    if (listed.length === 0) {
      const none = activeTargets.length === 0 && words.length === 0 && !health.value;
      content.replaceChildren(h('div', {class: 'empty'}, h('p', {class: 'empty-title'}, none ? 'No targets' : 'No target fits'),
        h('p', {}, none ? 'Put ScrapeTarget resources into the folder of --resources; they are taken up at once.' : 'Change the search or the state above.')));
      return;
    }
    // Those that are down come first: they are what one came to see.
    const rank = {down: 0, unknown: 1, up: 2};
    const order = [...listed].sort((a, b) => a.scrapePool.localeCompare(b.scrapePool) || (rank[a.health] ?? 3) - (rank[b.health] ?? 3));
    const groups = Map.groupBy(order.slice(0, shown), ({scrapePool}) => scrapePool);
    content.replaceChildren(...[...groups].map(([pool, list]) => poolView(pool, list, listed.filter(({scrapePool}) => scrapePool === pool))),
      ...(listed.length > shown ? [h('button', {type: 'button', class: 'quiet', onclick: () => ((shown += ROWS_AT_ONCE), draw())}, `Show more of ${counted(listed.length, 'target')}`)] : []));
  }

  return {redraw: draw, destroy: () => clearInterval(timer)};
}

function has(words, texts) {
  const text = texts.join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** A file, a folder or a name that targets were to be read from. */
function lookupView({scrapePool, place, reason, wayOut, since, targetsKept}) {
  const time = Date.parse(since);
  return h('section', {class: 'failure lookup'},
    h('p', {class: 'failure-title'}, `${scrapePool}: targets of ${place} cannot be looked up`),
    h('pre', {}, reason),
    h('p', {}, 'Way out: ', wayOut, '.'),
    h('p', {class: 'soft'}, 'Since ', h('span', {title: formatTime(time)}, ago(time)), targetsKept > 0 ? `; ${counted(targetsKept, 'target')} found there before ${targetsKept === 1 ? 'stays' : 'stay'}.` : '; none were found there before.'));
}

function poolView(pool, list, all) {
  const up = all.filter(({health}) => health === 'up').length;
  const dropped = list[0].health === undefined;
  return h('section', {class: 'card pool'},
    h('h2', {}, pool, ' ', h('span', {class: up === all.length || dropped ? 'soft' : 'bad'}, dropped ? counted(all.length, 'target') + ' dropped' : `${up} of ${all.length} up`)),
    h('table', {},
      h('thead', {}, h('tr', {}, (dropped ? ['Found labels'] : ['State', 'Endpoint', 'Labels', 'Last scrape']).map((title) => h('th', {scope: 'col'}, title)))),
      h('tbody', {}, list.map((target) => (dropped ? h('tr', {}, h('td', {}, labelSet(target.discoveredLabels))) : row(target))))));
}

function row(target) {
  const {health, scrapeUrl, labels, discoveredLabels, lastError, lastScrape, lastScrapeDuration, scrapeInterval, scrapeTimeout} = target;
  const never = lastScrape.startsWith('0001');
  const time = Date.parse(lastScrape);
  return h('tr', {class: `target ${health}`},
    h('td', {}, h('span', {class: `state ${health}`}, health)),
    h('td', {}, h('a', {href: scrapeUrl, rel: 'noreferrer'}, scrapeUrl), lastError ? h('p', {class: 'last-error'}, lastError) : null),
    h('td', {}, labelSet(labels), h('details', {}, h('summary', {}, 'before relabelling'), labelSet(discoveredLabels))),
    h('td', {class: 'when'}, never ? 'not yet' : h('span', {title: formatTime(time)}, ago(time)), h('br'),
      h('span', {class: 'soft'}, never ? '' : `took ${seconds(lastScrapeDuration)}, `, `every ${scrapeInterval}`, h('span', {class: 'offscreen'}, `, timeout ${scrapeTimeout}`))));
}
