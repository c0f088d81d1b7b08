// Making elements. No HTML strings anywhere: what comes from labels and errors is text, never markup.

/** Makes an element: h('button', {class: 'icon', onclick: run, 'aria-label': 'Run'}, '▶'). */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    set(element, name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) {
    return;
  }
  if (name.startsWith('on')) {
    element.addEventListener(name.slice(2), value);
  } else if (name === 'class') {
    element.className = value;
  } else if (name === 'value' || name === 'checked' || name === 'selected') {
    element[name] = value;
  } else {
    element.setAttribute(name, value === true ? '' : String(value));
  }
}

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** An icon of the page's own set, drawn in the text's colour. */
export function icon(name) {
  const paths = ICONS[name];
  const element = svg('svg', {viewBox: '0 0 16 16', class: 'icon', 'aria-hidden': 'true'});
  element.append(svg('path', {d: paths}));
  return element;
}

const ICONS = {
  run: 'M4.5 2.8v10.4l8.4-5.2z',
  stop: 'M4 4h8v8H4z',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  left: 'M10 3.5L5.5 8l4.5 4.5',
  right: 'M6 3.5L10.5 8 6 12.5',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M3.2 12.8l1-1M11.8 4.2l1-1',
  moon: 'M13.2 9.8A5.8 5.8 0 0 1 6.2 2.8a5.8 5.8 0 1 0 7 7z',
  auto: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.8-.8',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  help: 'M5.8 6a2.2 2.2 0 1 1 3.4 1.9c-.8.5-1.2.9-1.2 1.8M8 12.4v.2',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 4.6V8l2.4 1.6',
  format: 'M2.5 4h11M2.5 8h7M2.5 12h9',
  down: 'M4 6l4 4 4-4',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5V5h-2.5',
};

/** Calls once, when nothing has been asked for so many milliseconds. */
export function debounced(millis, action) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), millis);
  };
}

/** A menu below a button; closes by Escape, by a click elsewhere and by a choice. */
export function menu(label, content, properties = {}) {
  const list = h('div', {class: 'menu', role: 'menu', hidden: true}, content);
  const button = h('button', {type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', ...properties}, label);
  const root = h('div', {class: 'menu-root'}, button, list);
  const open = (wanted) => {
    list.hidden = !wanted;
    button.setAttribute('aria-expanded', String(wanted));
    if (wanted) {
      list.querySelector('button, input, select, a')?.focus();
    }
  };
  button.addEventListener('click', () => open(list.hidden));
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !list.hidden) {
      event.stopPropagation();
      open(false);
      button.focus();
    } else if (!list.hidden && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      step(list, event);
    }
  });
  root.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !root.contains(event.relatedTarget)) {
      open(false);
    }
  });
  document.addEventListener('pointerdown', (event) => {
    if (!list.hidden && !root.contains(event.target)) {
      open(false);
    }
  });
  root.close = () => open(false);
  return root;
}

function step(list, event) {
  if (event.target.matches('select')) {
    return;
  }
  const items = [...list.querySelectorAll('button, input, select, a')];
  const at = items.indexOf(document.activeElement);
  const next = (at + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length;
  items[next]?.focus();
  event.preventDefault();
}

/** Says something for a moment, to the eye and to screen readers. */
export function announce(text) {
  const box = document.getElementById('announcements');
  box.textContent = text;
  box.classList.add('shown');
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => box.classList.remove('shown'), 2500);
}

/** Puts a text on the clipboard; also over plain HTTP, where the clipboard's own interface is closed. */
export async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h('textarea', {class: 'offscreen', readonly: true}, text);
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  announce(said);
}
