// PromQL's tokens, as far as highlighting and completion need them. What an expression means, and whether it is
// right, the server's own parser says.

const TOKENS = [
  ['space', /\s+/y],
  ['comment', /#[^\n]*/y],
  ['string', /"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`[^`]*`?/y],
  ['duration', /(?:\d+(?:ms|[smhdwy]))+(?![\w.])/y],
  ['number', /0[xX][0-9a-fA-F]+|(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['word', /[a-zA-Z_:][\w:]*(?:\.[\w:]+)*/y],
  ['operator', /[=!]~|[=!<>]=|[-+*/%^=<>@]/y],
  ['punctuation', /[()[\]{},:]/y],
  ['other', /[^]/y],
];

/** The token that begins at an offset: its type, its ends. */
export function tokenAt(text, from) {
  for (const [type, pattern] of TOKENS) {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match && match[0].length > 0) {
      return {type, from, to: from + match[0].length, text: match[0]};
    }
  }
  return null;
}

/** All tokens but white space and comments. */
export function tokens(text) {
  const found = [];
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at);
    if (token.type !== 'space' && token.type !== 'comment') {
      found.push(token);
    }
    at = token.to;
  }
  return found;
}

/** Whether a string token has its closing quote. */
export function isClosed(token) {
  return token.text.length > 1 && token.text.at(-1) === token.text[0];
}

/** The text inside a string token's quotes, its escapes taken away. */
export function unquoted(token) {
  const inside = token.text.slice(1, isClosed(token) ? -1 : undefined);
  return token.text[0] === '`' ? inside : inside.replace(/\\(.)/g, (_, c) => ({n: '\n', t: '\t'})[c] ?? c);
}
