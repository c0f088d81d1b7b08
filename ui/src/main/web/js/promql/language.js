// Colours for PromQL: CodeMirror's stream language over our tokens.

import {HighlightStyle, StreamLanguage, syntaxHighlighting} from '@codemirror/language';
import {tags} from '@lezer/highlight';
import {isClosed, tokenAt} from './lexer.js';
import {AGGREGATIONS, FUNCTIONS, GROUPING, KEYWORDS} from './words.js';

const parser = {
  name: 'promql',
  startState: () => ({stack: [], previous: '', open: ''}),
  copyState: (state) => ({...state, stack: [...state.stack]}),
  token(stream, state) {
    if (state.open) {
      return rawString(stream, state);
    }
    const token = tokenAt(stream.string, stream.pos);
    stream.pos = token.to;
    if (token.type === 'space' || token.type === 'comment') {
      return token.type === 'comment' ? 'comment' : null;
    }
    const style = styleOf(token, state, stream);
    state.previous = token.text;
    return style;
  },
  languageData: {commentTokens: {line: '#'}, closeBrackets: {brackets: ['(', '[', '{', '"', "'", '`']}},
};

// Only strings in backquotes reach beyond their line.
function rawString(stream, state) {
  const end = stream.string.indexOf('`', stream.pos);
  stream.pos = end < 0 ? stream.string.length : end + 1;
  state.open = end < 0 ? '`' : '';
  return 'string';
}

function styleOf(token, state, stream) {
  switch (token.type) {
    case 'string':
      state.open = token.text[0] === '`' && !isClosed(token) ? '`' : '';
      return 'string';
    case 'duration':
    case 'number':
      return 'number';
    case 'operator':
      return 'operator';
    case 'punctuation':
      return bracket(token, state);
    case 'word':
      return word(token, state, stream);
    default:
      return 'invalid';
  }
}

function bracket(token, state) {
  if ('([{'.includes(token.text)) {
    state.stack.push(token.text === '(' && GROUPING.includes(state.previous.toLowerCase()) ? 'labels' : token.text);
  } else if (')]}'.includes(token.text)) {
    state.stack.pop();
  }
  return 'punctuation';
}

function word(token, state, stream) {
  const inside = state.stack.at(-1);
  if (inside === '{' || inside === 'labels') {
    return 'propertyName';
  }
  const lower = token.text.toLowerCase();
  const called = /^\s*\(/.test(stream.string.slice(token.to));
  if (Object.hasOwn(AGGREGATIONS, lower) && /^\s*(\(|by\b|without\b|$)/i.test(stream.string.slice(token.to))) {
    return 'keyword';
  }
  if (called && Object.hasOwn(FUNCTIONS, token.text)) {
    return 'function';
  }
  if (KEYWORDS.includes(lower)) {
    return 'operatorKeyword';
  }
  return lower === 'inf' || lower === 'nan' ? 'number' : 'variableName';
}

const colours = HighlightStyle.define([
  {tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic'},
  {tag: tags.string, color: 'var(--code-string)'},
  {tag: tags.number, color: 'var(--code-number)'},
  {tag: tags.operator, color: 'var(--code-operator)'},
  {tag: tags.operatorKeyword, color: 'var(--code-keyword)'},
  {tag: tags.keyword, color: 'var(--code-keyword)', fontWeight: '600'},
  {tag: tags.function(tags.variableName), color: 'var(--code-function)'},
  {tag: tags.propertyName, color: 'var(--code-label)'},
  {tag: tags.variableName, color: 'var(--text)'},
  {tag: tags.punctuation, color: 'var(--text-soft)'},
  {tag: tags.invalid, color: 'var(--bad)'},
]);

/** The extension that colours PromQL. */
export const promql = [
  StreamLanguage.define({...parser, tokenTable: {function: tags.function(tags.variableName)}}),
  syntaxHighlighting(colours),
];
