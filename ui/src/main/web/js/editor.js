// The expression editor: CodeMirror with PromQL's colours, completion, and the server's own errors.

import {acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, startCompletion} from '@codemirror/autocomplete';
import {defaultKeymap, history, historyKeymap, insertNewline} from '@codemirror/commands';
import {bracketMatching} from '@codemirror/language';
import {linter} from '@codemirror/lint';
import {EditorState, Prec} from '@codemirror/state';
import {EditorView, keymap, placeholder} from '@codemirror/view';
import {post} from './api.js';
import {complete} from './promql/completion.js';
import {promql} from './promql/language.js';
import {tokenAt} from './promql/lexer.js';

const LINT_DELAY = 300;

/**
 * Makes an editor.
 *
 * @param {{text: string, label: string, onRun: () => void, onChange: (text: string) => void}} options
 */
export function makeEditor({text, label, onRun, onChange}) {
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(document.documentElement.dataset.nonce),
        keys(onRun),
        history(),
        bracketMatching(),
        closeBrackets(),
        promql,
        autocompletion({override: [complete], icons: false, optionClass: ({type}) => `option-${type}`, maxRenderedOptions: 80}),
        linter((view) => problems(view.state.doc.toString()), {delay: LINT_DELAY}),
        placeholder('Expression: Enter runs it, Ctrl+Space completes'),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({'aria-label': label, spellcheck: 'false'}),
        EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
      ],
    }),
  });
  return {
    dom: view.dom,
    text: () => view.state.doc.toString(),
    focus: () => view.focus(),
    complete: () => {
      view.focus();
      startCompletion(view);
    },
    set: (next) => {
      if (next !== view.state.doc.toString()) {
        view.dispatch({changes: {from: 0, to: view.state.doc.length, insert: next}});
      }
    },
    insert: (words) => {
      view.dispatch(view.state.replaceSelection(words));
      view.focus();
    },
    async format() {
      const {data} = await post('format_query', {query: view.state.doc.toString()});
      view.dispatch({changes: {from: 0, to: view.state.doc.length, insert: data}});
    },
    destroy: () => view.destroy(),
  };
}

// Tab leaves the editor, as it leaves any field, unless a completion is open.
function keys(onRun) {
  const run = () => {
    onRun();
    return true;
  };
  return [
    Prec.high(
      keymap.of([
        {key: 'Tab', run: acceptCompletion},
        {key: 'Mod-Enter', run},
      ]),
    ),
    keymap.of([
      {key: 'Enter', run, shift: insertNewline},
      ...closeBracketsKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
  ];
}

async function problems(text) {
  if (text.trim() === '') {
    return [];
  }
  try {
    await post('parse_query', {query: text});
    return [];
  } catch (error) {
    // Where the server cannot be asked, running the query will say so.
    return error.type === 'bad_data' ? [problem(text, error.message)] : [];
  }
}

/** An error of the parser as a place in the text: "… 1:5: parse error: …". */
export function problem(text, message) {
  const parts = /(\d+):(\d+): (?:parse error: )?([^]*)$/.exec(message);
  if (!parts) {
    return {from: 0, to: text.length, severity: 'error', message};
  }
  const lines = text.split('\n');
  const line = Math.min(Number(parts[1]), lines.length) - 1;
  const start = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
  const from = Math.min(start + Number(parts[2]) - 1, text.length);
  const token = from < text.length ? tokenAt(text, from) : null;
  return {
    from: token ? from : Math.max(0, text.length - 1),
    to: token ? token.to : text.length,
    severity: 'error',
    message: parts[3],
  };
}
