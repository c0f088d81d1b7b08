// The answer of an instant query as a table: one row a series, a column a label where that fits.

import {copy, h, svg} from './dom.js';
import {counted, selector, short} from './format.js';
import {histogramOf, number} from './grid.js';
import {formatTime} from './time.js';

const ROWS_AT_ONCE = 200;

/** Shows {resultType, result}; anything the API may answer to an instant query. */
export function makeTable({resultType, result}) {
  switch (resultType) {
    case 'scalar':
      return single('scalar', result[1], result[0]);
    case 'string':
      return single('string', result[1], result[0]);
    case 'matrix':
      return paged(result, ['Series', 'Samples'], (series) => [nameCell(series.metric), samplesCell(series)]);
    default:
      return vector(result);
  }
}

function single(kind, value, time) {
  return h('div', {class: 'single'}, h('output', {}, value), h('span', {class: 'soft'}, `${kind} at ${formatTime(time * 1000)}`));
}

function vector(result) {
  let sorting = {by: null, down: true};
  const root = h('div');
  const value = (series) => (series.histogram ? number(series.histogram[1].count) : number(series.value[1]));
  const rank = (series) => (Number.isNaN(value(series)) ? -Infinity : value(series));
  const name = (series) => selector(series.metric);
  const sort = (by) => {
    sorting = {by, down: sorting.by === by ? !sorting.down : by === 'value'};
    draw();
  };
  const head = (by, title, properties = {}) =>
    h('th', {scope: 'col', 'aria-sort': sorting.by !== by ? 'none' : sorting.down ? 'descending' : 'ascending', ...properties},
      h('button', {type: 'button', class: 'sort', onclick: () => sort(by)}, title));
  const draw = () => {
    const sign = sorting.down ? -1 : 1;
    const list = sorting.by === null ? result
      : [...result].sort((a, b) => sign * (sorting.by === 'value' ? rank(a) - rank(b) : name(a).localeCompare(name(b), 'en', {numeric: true})));
    root.replaceChildren(paged(list, [head('name', 'Series'), head('value', 'Value', {class: 'number'})], (series) => [nameCell(series.metric), valueCell(series)]));
  };
  draw();
  return root;
}

// A table that makes its rows as they are asked for: ten thousand at once would hold the page up.
function paged(list, heads, cells) {
  let shown = ROWS_AT_ONCE;
  const body = h('tbody');
  const more = h('button', {type: 'button', class: 'quiet'});
  const grow = () => {
    body.append(...list.slice(body.rows.length, shown).map((one) => h('tr', {}, cells(one))));
    more.hidden = list.length <= shown;
    more.textContent = `Show ${Math.min(ROWS_AT_ONCE, list.length - shown)} more of ${counted(list.length, 'row')}`;
  };
  more.addEventListener('click', () => {
    shown += ROWS_AT_ONCE;
    grow();
  });
  grow();
  return h('div', {class: 'results'},
    h('table', {},
      h('caption', {class: 'offscreen'}, 'Result of the query'),
      h('thead', {}, h('tr', {}, heads.map((head) => (head instanceof Node ? head : h('th', {scope: 'col'}, head))))),
      body),
    more);
}

/** A label set, its parts in their colours; its button copies it as a selector. */
export function labelSet(labels) {
  const pairs = Object.entries(labels).filter(([name]) => name !== '__name__');
  const parts = pairs.flatMap(([name, value], i) => [
    i > 0 ? ', ' : '',
    h('span', {class: 'label-name'}, name),
    '=',
    h('span', {class: 'label-value'}, `"${value}"`),
  ]);
  return h('code', {class: 'labels'},
    labels.__name__ === undefined ? null : h('span', {class: 'metric-name'}, labels.__name__),
    pairs.length > 0 || labels.__name__ === undefined ? ['{', parts, '}'] : null);
}

function nameCell(labels) {
  return h('th', {scope: 'row'}, labelSet(labels),
    h('button', {type: 'button', class: 'quiet reveal', title: 'Copy as a selector', 'aria-label': `Copy ${selector(labels)}`, onclick: () => copy(selector(labels), 'Selector copied')}, 'copy'));
}

function valueCell(series) {
  if (series.histogram) {
    return h('td', {class: 'histogram'}, histogramView(histogramOf(series.histogram[1])));
  }
  const [time, text] = series.value;
  return h('td', {class: 'number', title: formatTime(Math.round(time * 1000))}, text);
}

function samplesCell({values = [], histograms = []}) {
  const lines = [
    ...values.map(([time, text]) => `${text} @ ${formatTime(Math.round(time * 1000))}`),
    ...histograms.map(([time, {count, sum}]) => `count ${count}, sum ${sum} @ ${formatTime(Math.round(time * 1000))}`),
  ];
  return h('td', {}, h('details', {open: lines.length <= 20}, h('summary', {}, counted(lines.length, 'sample')), h('pre', {}, lines.join('\n'))));
}

/** A native histogram: its totals, its shape, and on demand its buckets. */
export function histogramView({count, sum, buckets}) {
  const facts = [['count', short(count)], ['sum', short(sum)], ['mean', short(sum / count)]];
  return h('div', {class: 'histogram-view'},
    h('span', {class: 'facts'}, facts.map(([name, value]) => h('span', {}, h('span', {class: 'soft'}, `${name} `), value))),
    bars(buckets),
    h('details', {}, h('summary', {}, counted(buckets.length, 'bucket')),
      h('table', {},
        h('tbody', {}, buckets.map((bucket) => h('tr', {}, h('th', {scope: 'row'}, `${bucket.left}${short(bucket.lower)}, ${short(bucket.upper)}${bucket.right}`), h('td', {class: 'number'}, short(bucket.count))))))));
}

function bars(buckets) {
  const width = 4;
  const height = 28;
  const most = Math.max(...buckets.map(({count}) => count), 1e-300);
  return svg('svg', {class: 'bars', viewBox: `0 0 ${Math.max(1, buckets.length) * width} ${height}`, width: Math.max(1, buckets.length) * width, height, 'aria-hidden': 'true', preserveAspectRatio: 'none'},
    ...buckets.map(({count}, i) => {
      const tall = Math.max(count > 0 ? 1 : 0, (count / most) * height);
      return svg('rect', {x: i * width, y: height - tall, width: width - 1, height: tall});
    }));
}
