// What may be written next: names, labels and values that the server knows, and the words of PromQL.

import {get} from '../api.js';
import {h} from '../dom.js';
import {isPlainName, labelName, quoted} from '../format.js';
import {history} from '../state.js';
import {contextAt} from './context.js';
import {AGGREGATIONS, DURATIONS, FUNCTIONS, KEYWORDS} from './words.js';

const MOST_NAMES = 5000;
const MOST_VALUES = 1000;
const FRESH_MILLIS = 60_000;
const MOST_CACHED = 200;

const cache = new Map();

/** CodeMirror's source of completions. */
export async function complete(context) {
  const text = context.state.doc.toString();
  if (text.trim() === '' && context.explicit) {
    return {from: 0, to: text.length, options: await emptyOptions(), filter: false};
  }
  const at = contextAt(text, context.pos);
  const typed = text.slice(at.from, context.pos);
  if (at.kind === 'nothing' || (at.kind === 'name' && typed === '' && !context.explicit)) {
    return null;
  }
  const found = await optionsOf(at, typed);
  return context.aborted || found.options.length === 0
    ? null
    : {from: at.from, options: found.options, validFor: found.cut ? undefined : at.kind === 'value' ? /^[^"'`]*$/ : /^[\w:.]*$/};
}

async function optionsOf(at, typed) {
  switch (at.kind) {
    case 'duration':
      return {options: DURATIONS.map((text) => ({label: text, type: 'number'}))};
    case 'label':
      return labels(at);
    case 'value':
      return values(at, typed);
    default:
      return names(typed);
  }
}

async function emptyOptions() {
  const recent = history.all().map((expr) => ({label: expr, type: 'history', detail: 'run before'}));
  const {options} = await names('');
  return [...recent.slice(0, 10), ...options];
}

async function names(typed) {
  const [metrics, metadata] = await Promise.all([metricNames(typed), known('metadata', {})]);
  const options = metrics.list.map((name) => metricOption(name, metadata?.[name]?.[0]));
  for (const [name, [parameters, help]] of Object.entries(AGGREGATIONS)) {
    options.push(callOption(name, 'keyword', parameters, help));
  }
  for (const [name, [parameters, help]] of Object.entries(FUNCTIONS)) {
    options.push(callOption(name, 'function', parameters, help));
  }
  options.push(...KEYWORDS.filter((word) => !Object.hasOwn(FUNCTIONS, word)).map((word) => ({label: word, type: 'keyword', boost: -10})));
  return {options, cut: metrics.cut};
}

// All names where there are not too many; else those that hold what has been typed.
async function metricNames(typed) {
  const all = (await known('label/__name__/values', {limit: MOST_NAMES + 1})) ?? [];
  if (all.length <= MOST_NAMES) {
    return {list: all, cut: false};
  }
  const match = `{__name__=~${quoted('(?i).*' + typed.replace(/[^\w:]/g, '.') + '.*')}}`;
  const some = (await known('label/__name__/values', {limit: MOST_VALUES, 'match[]': match})) ?? [];
  return {list: some, cut: true};
}

function metricOption(name, metadata) {
  return {
    label: name,
    apply: isPlainName(name) ? undefined : `{${quoted(name)}}`,
    type: 'variable',
    detail: metadata?.type,
    info: metadata?.help ? () => h('div', {}, metadata.help) : undefined,
    boost: 1,
  };
}

function callOption(name, type, parameters, help) {
  return {
    label: name,
    type,
    detail: `(${parameters})`,
    info: () => h('div', {}, help),
    apply(view, _, from, to) {
      const called = view.state.sliceDoc(to, to + 1) === '(';
      const insert = called ? name : name + '()';
      view.dispatch({changes: {from, to, insert}, selection: {anchor: from + name.length + 1}, userEvent: 'input.complete'});
    },
  };
}

async function labels({selectors, quote}) {
  const match = selectors.map((one) => one);
  const list = (await known('labels', {'match[]': match, limit: MOST_VALUES})) ?? [];
  return {
    options: list
      .filter((name) => name !== '__name__')
      .map((name) => ({label: name, apply: quote ? name : labelName(name), type: 'property'})),
    cut: list.length >= MOST_VALUES,
  };
}

async function values({label, selector, quote}, typed) {
  const encoded = isPlainName(label) && !label.includes(':') ? label : 'U__' + escaped(label);
  const parameters = {'match[]': selector ? [selector] : [], limit: MOST_VALUES};
  let list = (await known(`label/${encoded}/values`, parameters)) ?? [];
  const cut = list.length >= MOST_VALUES;
  if (cut && typed) {
    const wanted = `${labelName(label)}=~${quoted('(?i).*' + typed.replace(/[^\w:]/g, '.') + '.*')}`;
    const narrower = selector.endsWith('}') ? selector.slice(0, -1) + ',' + wanted + '}' : `${selector}{${wanted}}`;
    list = (await known(`label/${encoded}/values`, {'match[]': [narrower], limit: MOST_VALUES})) ?? [];
  }
  return {
    options: list.map((value) => ({label: value, apply: quote ? quoted(value).slice(1, -1) : quoted(value), type: 'text'})),
    cut,
  };
}

// A label's name as a path holds it: each character beyond letters and digits by its number.
function escaped(name) {
  return [...name].map((c) => (/[a-zA-Z0-9]/.test(c) ? c : c === '_' ? '__' : `_${c.codePointAt(0).toString(16)}_`)).join('');
}

// An answer of the last minute, or a new one; null where the server has none, as completion goes on without.
function known(path, parameters) {
  const key = path + '?' + JSON.stringify(parameters);
  const kept = cache.get(key);
  if (kept && Date.now() - kept.at < FRESH_MILLIS) {
    return kept.answer;
  }
  const answer = get(path, parameters).then(({data}) => data, () => (cache.delete(key), null));
  cache.set(key, {at: Date.now(), answer});
  if (cache.size > MOST_CACHED) {
    cache.delete(cache.keys().next().value);
  }
  return answer;
}
