// The legend below a graph: one row a series, with what it shares with the others said once.

import {colourOf, dashOf} from './colours.js';
import {copy, h, svg} from './dom.js';
import {counted, selector, shared, short, templated} from './format.js';

const ROWS_AT_ONCE = 100;
const COLUMNS = [['last', 'Last'], ['min', 'Min'], ['max', 'Max'], ['mean', 'Mean']];

/** How series are named: by a template, or by what tells them apart. */
export function namesOf(series, template) {
  const common = shared(series.map(({labels}) => labels));
  const without = new Set(Object.keys(common));
  const nameOf = (labels) => {
    if (template) {
      return templated(template, labels) || selector(labels);
    }
    const own = without.size > 0 ? selector(labels, without) : selector(labels);
    return own === '{}' ? selector(labels) : own;
  };
  return {common: template ? {} : common, nameOf};
}

function stroke(dash) {
  const line = svg('line', {x1: 1, x2: 21, y1: 5, y2: 5, 'stroke-dasharray': dash === 'solid' ? 'none' : dash.join(' ')});
  return svg('svg', {width: 22, height: 10, 'aria-hidden': 'true'}, line);
}

/**
 * Makes the legend.
 *
 * @param {{series: object[], names: {common: object, nameOf: Function}, onHide: (hidden: Set<number>) => void,
 *   onPoint: (index: ?number) => void}} options
 */
export function makeLegend({series, names, onHide, onPoint}) {
  const hidden = new Set();
  let sorting = {by: null, down: true};
  let shown = ROWS_AT_ONCE;
  const body = h('tbody');
  const more = h('button', {type: 'button', class: 'quiet', onclick: () => ((shown += ROWS_AT_ONCE), render())});
  const heads = COLUMNS.map(([key, title]) => {
    const button = h('button', {type: 'button', class: 'sort', onclick: () => sort(key)}, title);
    return h('th', {scope: 'col', class: 'number'}, button);
  });
  const note = Object.keys(names.common).length > 0
    ? h('span', {class: 'legend-common', title: 'All series share these labels'}, 'all: ', h('code', {}, selector(names.common)))
    : null;
  const dom = h('div', {class: 'legend'},
    h('table', {},
      h('caption', {class: 'offscreen'}, 'Series of the graph'),
      h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, counted(series.length, 'series', 'series'), ' ', note), heads)),
      body),
    more);

  function sort(key) {
    sorting = {by: key, down: sorting.by === key ? !sorting.down : true};
    heads.forEach((head, i) => head.setAttribute('aria-sort', COLUMNS[i][0] === key ? (sorting.down ? 'descending' : 'ascending') : 'none'));
    render();
  }

  function ordered() {
    if (sorting.by === null) {
      return series;
    }
    const sign = sorting.down ? -1 : 1;
    const rank = (value) => (Number.isNaN(value) ? -Infinity : value);
    return [...series].sort((a, b) => sign * (rank(a[sorting.by]) - rank(b[sorting.by])));
  }

  function toggle(index) {
    hidden.has(index) ? hidden.delete(index) : hidden.add(index);
    changed();
  }

  // Only this one; once more, all again.
  function isolate(index) {
    const alone = hidden.size === series.length - 1 && !hidden.has(index);
    hidden.clear();
    if (!alone) {
      series.forEach((one) => one.index !== index && hidden.add(one.index));
    }
    changed();
  }

  function changed() {
    onHide(hidden);
    for (const row of body.rows) {
      dress(row);
    }
  }

  function dress(row) {
    const off = hidden.has(Number(row.dataset.index));
    row.classList.toggle('off', off);
    row.querySelector('.key').setAttribute('aria-pressed', String(!off));
  }

  function row(one) {
    const name = names.nameOf(one.labels);
    const key = h('button', {type: 'button', class: 'key', 'aria-label': `Show ${name}`, title: 'Show or hide', onclick: () => toggle(one.index)}, stroke(dashOf(one.index)));
    key.style.color = colourOf(one.index);
    const made = h('tr', {
      'data-index': one.index,
      onpointerenter: () => onPoint(hidden.has(one.index) ? null : one.index),
      onpointerleave: () => onPoint(null),
    },
      h('th', {scope: 'row'},
        key,
        h('button', {type: 'button', class: 'name', title: `${selector(one.labels)}\nClick: only this one`, onclick: () => isolate(one.index)}, name),
        h('button', {type: 'button', class: 'quiet reveal', 'aria-label': `Copy ${name}`, title: 'Copy the series’ selector', onclick: () => copy(selector(one.labels), 'Selector copied')}, 'copy')),
      COLUMNS.map(([key]) => h('td', {class: 'number'}, short(one[key]))));
    dress(made);
    return made;
  }

  function render() {
    const list = ordered();
    body.replaceChildren(...list.slice(0, shown).map(row));
    more.hidden = list.length <= shown;
    more.textContent = `Show ${Math.min(ROWS_AT_ONCE, list.length - shown)} more of ${counted(list.length, 'series', 'series')}`;
  }

  render();
  return dom;
}
