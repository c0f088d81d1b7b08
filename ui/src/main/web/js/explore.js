// The page of queries: its panels, its address, and what they share.

import {h, icon} from './dom.js';
import {makePanel} from './panel.js';
import {formatPanels, freshPanel, parsePanels} from './state.js';

const REFRESH = [[0, 'refresh: off'], [5, 'every 5 s'], [15, 'every 15 s'], [60, 'every 1 m']];

/** Builds the page into an element; returns {redraw, key, destroy}. */
export function explore(root) {
  let panels = [];
  let timer = 0;
  const list = h('div', {class: 'panels'});
  const linked = h('input', {type: 'checkbox', checked: true});
  const linkedLabel = h('label', {class: 'check', title: 'A change of time in one query changes it in all'}, linked, 'same time in all queries');
  const refresh = h('select', {'aria-label': 'Refresh by itself', onchange: schedule}, REFRESH.map(([value, text]) => h('option', {value}, text)));
  const runAll = () => panels.forEach((panel) => void panel.run());
  const bar = h('div', {class: 'page-bar'},
    h('button', {type: 'button', class: 'add', onclick: () => add(freshPanel(), true)}, icon('plus'), 'Add query'),
    h('button', {type: 'button', onclick: runAll, title: 'Run all queries'}, icon('refresh'), 'Run all'),
    refresh, linkedLabel);
  root.append(list, bar);

  const page = {
    onChange: () => write(),
    onTime: (from, time) => linked.checked && panels.forEach((panel) => panel !== from && panel.setTime(time)),
    onHover: (from, time) => linked.checked && panels.forEach((panel) => panel !== from && panel.follow(time)),
    onRemove: remove,
    onDuplicate: (panel) => add({...panel.state}, true, panels.indexOf(panel) + 1),
  };

  function add(state, wanted, at = panels.length) {
    const panel = makePanel({panel: state, page});
    panels.splice(at, 0, panel);
    list.insertBefore(panel.dom, list.children[at] ?? null);
    number();
    if (wanted) {
      panel.editor.focus();
      write();
    }
    void panel.ask();
    return panel;
  }

  function remove(panel) {
    const at = panels.indexOf(panel);
    panels.splice(at, 1);
    panel.destroy();
    if (panels.length === 0) {
      add(freshPanel(), false);
    }
    panels[Math.min(at, panels.length - 1)].editor.focus();
    number();
    write();
  }

  function number() {
    panels.forEach((panel, i) => panel.dom.setAttribute('aria-label', `Query ${i + 1}`));
    linkedLabel.hidden = panels.length < 2;
  }

  function write() {
    const search = formatPanels(panels.map(({state}) => state));
    if (search !== location.search) {
      history.pushState(null, '', search);
    }
    const named = panels.map(({state}) => state.expr).find((expr) => expr.trim());
    document.title = named ? `${named.slice(0, 60)} · Vedette` : 'Explore · Vedette';
  }

  function read() {
    panels.forEach((panel) => panel.destroy());
    panels = [];
    const states = parsePanels(location.search);
    linked.checked = states.every(({range, end}) => range === states[0].range && end === states[0].end);
    states.forEach((state) => add(state, false));
    if (states.length === 1 && states[0].expr === '') {
      panels[0].editor.focus();
    }
  }

  function schedule() {
    clearInterval(timer);
    const every = Number(refresh.value);
    if (every > 0) {
      // What looks at a past time stays as it is, and nothing is asked for a page that nobody sees.
      timer = setInterval(() => document.hidden || panels.forEach((panel) => panel.state.end === null && !panel.running && void panel.ask()), every * 1000);
    }
  }

  addEventListener('popstate', read);
  read();
  document.title = panels[0].state.expr ? document.title : 'Explore · Vedette';

  return {
    redraw: () => panels.forEach((panel) => panel.redraw()),
    shortcut(event) {
      const focused = panels.find((panel) => panel.dom.contains(document.activeElement)) ?? panels[0];
      if (event.key === '/') {
        focused.editor.focus();
      } else if (event.key === 'n') {
        add(freshPanel(), true);
      } else if (event.key === 'r') {
        runAll();
      } else if (event.key === 'g') {
        focused.change({tab: 'graph'});
      } else if (event.key === 't') {
        focused.change({tab: 'table'});
      } else if (event.key === 'x') {
        focused.change({tab: 'explain'});
      } else if (event.key === 'e') {
        focused.change({tab: 'graph', exemplars: !focused.state.exemplars});
      } else if (event.key === 'Escape') {
        panels.forEach((panel) => panel.abort());
      } else {
        return false;
      }
      return true;
    },
    format: () => (panels.find((panel) => panel.dom.contains(document.activeElement)) ?? panels[0]).format(),
  };
}
