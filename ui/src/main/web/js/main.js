// The frame of all pages: navigation, theme, time zone, shortcuts.

import {setTenant, tenant} from './api.js';
import {cardinality} from './cardinality.js';
import {h, icon} from './dom.js';
import {explore} from './explore.js';
import {running} from './running.js';
import {targets} from './targets.js';
import {isUtc, onZone, setUtc} from './time.js';

const PAGES = [['graph', 'Explore', explore], ['cardinality', 'Cardinality', cardinality], ['targets', 'Targets', targets], ['queries', 'Queries', running]];
const THEMES = {auto: ['auto', 'as the system'], light: ['sun', 'light'], dark: ['moon', 'dark']};
const SHORTCUTS = [
  ['/', 'Go to the expression'], ['Enter', 'Run the query'], ['Shift Enter', 'New line'], ['Ctrl Space', 'Complete'],
  ['Shift Alt F', 'Format the expression'], ['g', 'Graph'], ['t', 'Table'], ['x', 'Explain'], ['e', 'Exemplars'], ['n', 'New query'], ['r', 'Run all queries'],
  ['Esc', 'Stop what runs'], ['← →', 'In a graph: move the cursor'], ['Shift ← →', 'In a graph: earlier, later'], ['+ −', 'In a graph: zoom'],
  ['1 2 3 4', 'Explore, Cardinality, Targets, Queries'], ['d', 'Next theme'], ['u', 'UTC or local time'], ['?', 'This list'],
];

const path = location.pathname.split('/').pop();
const [, , build] = PAGES.find(([name]) => name === path) ?? PAGES[0];
const main = document.querySelector('main');

function themeButton() {
  const button = h('button', {type: 'button', class: 'icon-button', id: 'theme', onclick: nextTheme});
  const show = () => {
    const [name, words] = THEMES[vedetteTheme.chosen()];
    button.replaceChildren(icon(name));
    button.title = `Theme: ${words}`;
    button.setAttribute('aria-label', `Theme: ${words}. Change`);
  };
  document.addEventListener('vedette:theme', show);
  show();
  return button;
}

function nextTheme() {
  const order = Object.keys(THEMES);
  vedetteTheme.choose(order[(order.indexOf(vedetteTheme.chosen()) + 1) % order.length]);
}

function zoneButton() {
  const button = h('button', {type: 'button', id: 'zone', class: 'text-button', onclick: () => setUtc(!isUtc())});
  const show = () => {
    button.textContent = isUtc() ? 'UTC' : 'Local';
    button.setAttribute('aria-label', `Times in ${isUtc() ? 'UTC' : 'local time'}. Change`);
    button.title = isUtc() ? 'Times are in UTC' : 'Times are in local time';
  };
  onZone(show);
  show();
  return button;
}

/** Shown where the server wants a tenant named, and where one is. */
function tenantForm() {
  const field = h('input', {name: 'tenant', value: tenant(), size: 12, spellcheck: 'false', autocomplete: 'off', placeholder: 'tenant',
    'aria-label': 'Tenant whose data is shown (X-Scope-OrgID)', title: 'Tenant whose data is shown (X-Scope-OrgID)'});
  const form = h('form', {id: 'tenant', hidden: tenant() === '', onsubmit: (event) => {
    event.preventDefault();
    setTenant(field.value.trim());
    location.reload();
  }}, field);
  document.addEventListener('vedette:tenant', () => {
    form.hidden = false;
  });
  return form;
}

function helpDialog() {
  const dialog = h('dialog', {id: 'help', 'aria-label': 'Keyboard shortcuts'},
    h('h2', {}, 'Keyboard'),
    h('dl', {}, SHORTCUTS.map(([keys, what]) => h('div', {}, h('dt', {}, keys.split(' ').map((key) => h('kbd', {}, key))), h('dd', {}, what)))),
    h('h2', {}, 'More'),
    h('p', {}, 'Grafana: a Prometheus data source with the URL ', h('code', {}, new URL('.', document.baseURI).href.replace(/\/$/, ''))),
    h('p', {class: 'links'}, [['metrics', 'metrics of this server'], ['api/v1/status/config', 'configuration'], ['api/v1/status/runtimeinfo', 'runtime'], ['api/v1/metadata', 'metadata']].map(([href, text]) => h('a', {href}, text))),
    h('form', {method: 'dialog'}, h('button', {class: 'primary'}, 'Close')));
  document.body.append(dialog);
  return dialog;
}

for (const link of document.querySelectorAll('header nav a')) {
  if (link.getAttribute('href') === (PAGES.find((page) => page[2] === build)[0])) {
    link.setAttribute('aria-current', 'page');
  }
}
const help = helpDialog();
document.querySelector('header .tools').append(
  tenantForm(), zoneButton(), themeButton(),
  h('button', {type: 'button', class: 'icon-button', title: 'Keyboard shortcuts (?)', 'aria-label': 'Keyboard shortcuts', onclick: () => help.showModal()}, icon('help')));

const page = build(main);
document.addEventListener('vedette:theme', () => page.redraw());
onZone(() => page.redraw());

document.addEventListener('keydown', (event) => {
  if (help.open) {
    return;
  }
  if (event.shiftKey && event.altKey && event.code === 'KeyF' && page.format) {
    event.preventDefault();
    void page.format();
    return;
  }
  const typing = event.target.closest?.('input, select, textarea, [contenteditable=true], .graph, .menu');
  if (event.ctrlKey || event.metaKey || event.altKey || (typing && event.key !== 'Escape')) {
    return;
  }
  if (['1', '2', '3', '4'].includes(event.key)) {
    location.href = PAGES[Number(event.key) - 1][0];
  } else if (event.key === '?') {
    help.showModal();
  } else if (event.key === 'd') {
    nextTheme();
  } else if (event.key === 'u') {
    setUtc(!isUtc());
  } else if (!page.shortcut?.(event)) {
    return;
  }
  event.preventDefault();
});

document.documentElement.dataset.ready = 'true';
