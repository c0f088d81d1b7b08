// Where in an expression the cursor stands: what could be written there.

import {isPlainName, labelName, quoted} from '../format.js';
import {isClosed, tokens, unquoted} from './lexer.js';
import {AGGREGATIONS, FUNCTIONS, GROUPING, KEYWORDS} from './words.js';

/**
 * What may be completed at an offset: {kind, from, …} where kind is
 * 'name' (metric, function, aggregation, keyword),
 * 'label' with the selectors whose labels are wanted,
 * 'value' with the label and the selector it belongs to,
 * 'duration' or 'nothing'.
 */
export function contextAt(text, offset) {
  const before = tokens(text.slice(0, offset));
  const last = before.at(-1);
  const touching = last !== undefined && last.to === offset ? last : null;
  const unfinished = touching?.type === 'string' && !isClosed(touching);
  const growing = ['word', 'number', 'duration'].includes(touching?.type);
  const {frame, selector} = nesting(unfinished || growing ? before.slice(0, -1) : before);
  const from = growing ? touching.from : offset;
  if (unfinished) {
    return insideString(touching, frame, selector);
  }
  switch (frame) {
    case '{':
      return insideBraces(touching, from, selector, before);
    case 'labels':
      return {kind: 'label', from, selectors: metricsOf(text)};
    case '[':
      return {kind: 'duration', from};
    default:
      return touching && touching.type !== 'word' && touching.type !== 'punctuation' && touching.type !== 'operator'
        ? {kind: 'nothing', from}
        : {kind: 'name', from};
  }
}

// What is open before the cursor, and the selector that is being written where those are its braces.
function nesting(list) {
  const frames = [];
  let selector = null;
  list.forEach((token, i) => {
    const previous = list[i - 1];
    if (token.type === 'punctuation' && token.text === '{') {
      frames.push('{');
      selector = {metric: previous?.type === 'word' ? previous.text : null, matchers: [], label: null, operator: null};
    } else if (token.type === 'punctuation' && '(['.includes(token.text)) {
      frames.push(token.text === '(' && previous && GROUPING.includes(previous.text.toLowerCase()) ? 'labels' : token.text);
    } else if (token.type === 'punctuation' && ')]}'.includes(token.text)) {
      frames.pop();
    } else if (frames.at(-1) === '{') {
      take(token, selector);
    }
  });
  return {frame: frames.at(-1) ?? '', selector};
}

function take(token, selector) {
  if (token.text === ',') {
    if (selector.label !== null && selector.operator === null) {
      // A quoted name alone in braces is the metric's.
      selector.metric = selector.label;
    }
    selector.label = null;
    selector.operator = null;
  } else if (token.type === 'operator') {
    selector.operator = token.text;
  } else if (selector.operator === null) {
    selector.label = token.type === 'string' ? unquoted(token) : token.text;
  } else if (token.type === 'string') {
    if (selector.label === '__name__' && selector.operator === '=') {
      selector.metric = unquoted(token);
    } else {
      selector.matchers.push(labelName(selector.label) + selector.operator + quoted(unquoted(token)));
    }
  }
}

function insideString(token, frame, selector) {
  if (frame === '{' && selector.operator !== null) {
    return {kind: 'value', from: token.from + 1, quote: token.text[0], label: selector.label, selector: textOf(selector)};
  }
  if (frame === '{') {
    return {kind: 'label', from: token.from + 1, quote: token.text[0], selectors: textOf(selector) ? [textOf(selector)] : []};
  }
  return {kind: 'nothing', from: token.from};
}

function insideBraces(touching, from, selector, before) {
  const previous = touching?.type === 'word' ? before.at(-2) : before.at(-1);
  if (previous === undefined || previous.text === '{' || previous.text === ',') {
    return {kind: 'label', from, selectors: textOf(selector) ? [textOf(selector)] : []};
  }
  const isOperator = touching ? touching.type === 'operator' : previous.type === 'operator';
  return isOperator
    ? {kind: 'value', from, quote: null, label: selector.label ?? labelBefore(before), selector: textOf(selector)}
    : {kind: 'nothing', from};
}

function labelBefore(before) {
  const token = before.at(-2);
  return token?.type === 'string' ? unquoted(token) : token?.text ?? '';
}

function textOf({metric, matchers}) {
  if (metric === null && matchers.length === 0) {
    return '';
  }
  if (metric !== null && !isPlainName(metric)) {
    return `{${[quoted(metric), ...matchers].join(',')}}`;
  }
  return (metric ?? '') + (matchers.length > 0 ? `{${matchers.join(',')}}` : '');
}

/** Names of metrics in an expression, at most five: whose labels may stand in its by (…). */
export function metricsOf(text) {
  const names = new Set();
  const list = tokens(text);
  let grouping = false;
  let braces = false;
  list.forEach((token, i) => {
    grouping = grouping ? token.text !== ')' : token.text === '(' && GROUPING.includes(list[i - 1]?.text.toLowerCase());
    braces = braces ? token.text !== '}' : token.text === '{';
    const word = token.text.toLowerCase();
    if (token.type === 'word' && !grouping && !braces && list[i + 1]?.text !== '('
        && !KEYWORDS.includes(word) && !Object.hasOwn(AGGREGATIONS, word) && !Object.hasOwn(FUNCTIONS, token.text)) {
      names.add(token.text);
    } else if (token.type === 'string' && braces && '{,'.includes(list[i - 1].text) && ',}'.includes(list[i + 1]?.text ?? '')) {
      names.add(`{${token.text}}`);
    }
  });
  return [...names].slice(0, 5);
}
