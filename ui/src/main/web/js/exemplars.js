// Exemplars over a graph: a mark for each, and a card with what it carries, the trace it leads to first.

import {post} from './api.js';
import {copy, h, icon} from './dom.js';
import {grouped, selector, short} from './format.js';
import {formatTime, isUtc} from './time.js';

const MOST = 400;
const TRACE = /^(trace_?id)$/i;

/** Asks for the exemplars of what an expression selects in a window: those with the largest values where there are many. */
export async function fetchExemplars(expr, window, signal) {
  const data = await ask({query: expr, start: window.start / 1000, end: window.end / 1000}, signal);
  const all = data.flatMap(({seriesLabels, exemplars}) =>
    exemplars.map(({labels, value, timestamp}) => ({series: seriesLabels, labels, value: Number(value), time: Math.round(timestamp * 1000)})));
  const shown = all.length > MOST ? [...all].sort((a, b) => b.value - a.value).slice(0, MOST) : all;
  return {all: all.length, shown: shown.sort((a, b) => a.time - b.time)};
}

async function ask(parameters, signal) {
  try {
    return (await post('query_exemplars', parameters, signal)).data ?? [];
  } catch (error) {
    // An expression that selects nothing has no exemplars: an answer without content.
    if (error.status === 204) {
      return [];
    }
    throw error;
  }
}

/** Makes the layer of marks for a graph that tells where a time and a value are. */
export function makeMarks(graph) {
  return new Marks(graph);
}

class Marks {
  constructor(graph) {
    this.graph = graph;
    this.list = [];
    this.buttons = [];
    this.layer = h('div', {class: 'exemplars', role: 'group', 'aria-label': 'Exemplars', onkeydown: (event) => this.key(event)});
    this.card = h('div', {class: 'exemplar-card', role: 'dialog', 'aria-label': 'Exemplar', tabindex: '-1', hidden: true, onkeydown: (event) => event.key === 'Escape' && this.close(event)});
    // Neither begins a zoom, nor moves the cursor.
    for (const kind of ['pointerdown', 'pointermove', 'dblclick']) {
      this.card.addEventListener(kind, (event) => event.stopPropagation());
    }
    this.layer.addEventListener('pointerdown', (event) => event.stopPropagation());
    this.outside = (event) => this.card.contains(event.target) || this.layer.contains(event.target) || this.close();
    document.addEventListener('pointerdown', this.outside);
  }

  show(list) {
    this.list = list;
    this.close();
    this.buttons = list.map((exemplar, i) =>
      h('button', {type: 'button', class: 'exemplar', tabindex: i === 0 ? '0' : '-1', 'aria-label': `Exemplar ${short(exemplar.value)} at ${formatTime(exemplar.time)}`, onclick: () => this.open(i)}));
    this.layer.replaceChildren(...this.buttons);
    this.layer.dataset.count = String(list.length);
    this.place();
  }

  /** Puts every mark where its time and value are now; what lies beyond the axis is put at its edge. */
  place() {
    const {left, right, top, bottom} = this.graph.area();
    this.list.forEach((exemplar, i) => {
      const x = this.graph.xOf(exemplar.time);
      const y = this.graph.yOf(exemplar.value);
      const button = this.buttons[i];
      button.hidden = x < left || x > right || Number.isNaN(y);
      button.classList.toggle('beyond', y < top || y > bottom);
      button.style.left = `${x}px`;
      button.style.top = `${Math.min(bottom, Math.max(top, y))}px`;
    });
    if (this.opened !== undefined) {
      this.placeCard();
    }
  }

  key(event) {
    const move = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    const at = this.buttons.indexOf(document.activeElement);
    if (event.key === 'Escape') {
      this.close(event);
    } else if (move && at >= 0) {
      let next = at + move;
      while (this.buttons[next]?.hidden) {
        next += move;
      }
      this.buttons[next]?.focus();
      event.preventDefault();
      event.stopPropagation();
    } else {
      // Enter and Space press the mark; the graph has no use for them.
      event.stopPropagation();
    }
  }

  open(index) {
    const exemplar = this.list[index];
    this.buttons[this.opened]?.classList.remove('open');
    this.opened = index;
    this.buttons[index].classList.add('open');
    const traces = Object.entries(exemplar.labels).filter(([name]) => TRACE.test(name));
    const others = Object.entries(exemplar.labels).filter(([name]) => !TRACE.test(name));
    this.card.replaceChildren(
      h('div', {class: 'exemplar-head'},
        h('span', {class: 'exemplar-value'}, short(exemplar.value)),
        h('span', {class: 'soft'}, formatTime(exemplar.time), isUtc() ? ' UTC' : ''),
        h('button', {type: 'button', class: 'icon-button', title: 'Close (Esc)', 'aria-label': 'Close', onclick: () => this.close({})}, icon('close'))),
      ...traces.map(([name, value]) => copyRow(name, value, 'trace')),
      ...others.map(([name, value]) => copyRow(name, value, '')),
      h('p', {class: 'exemplar-series'}, h('span', {class: 'soft'}, 'of '), h('code', {}, selector(exemplar.series))));
    this.card.hidden = false;
    this.placeCard();
    this.card.querySelector('.exemplar-copy')?.focus();
  }

  placeCard() {
    const {width, height} = this.card.getBoundingClientRect();
    const frame = this.graph.dom;
    const button = this.buttons[this.opened];
    const x = parseFloat(button.style.left);
    const y = parseFloat(button.style.top);
    const left = x + 14 + width > frame.clientWidth ? Math.max(4, x - width - 14) : x + 14;
    this.card.style.left = `${left}px`;
    this.card.style.top = `${Math.min(Math.max(4, y - height / 2), Math.max(4, frame.clientHeight - height - 4))}px`;
  }

  /** Closes the card; by an event of the keyboard or its button, the mark gets the focus back. */
  close(event) {
    if (this.opened === undefined) {
      return;
    }
    const button = this.buttons[this.opened];
    this.opened = undefined;
    this.card.hidden = true;
    button?.classList.remove('open');
    if (event) {
      event.stopPropagation?.();
      button?.focus();
    }
  }

  destroy() {
    document.removeEventListener('pointerdown', this.outside);
    this.layer.remove();
    this.card.remove();
  }
}

function copyRow(name, value, kind) {
  return h('div', {class: `exemplar-row ${kind}`},
    h('span', {class: 'label-name'}, name),
    h('code', {class: 'exemplar-text'}, value),
    h('button', {type: 'button', class: 'quiet exemplar-copy', 'aria-label': `Copy ${name}`, onclick: () => copy(value, `${name} copied`)}, 'copy'));
}

/** What is said of exemplars below a graph. */
export function exemplarsFact({all, shown}) {
  return all > shown.length ? `${grouped(shown.length)} of ${grouped(all)} exemplars` : `${grouped(all)} ${all === 1 ? 'exemplar' : 'exemplars'}`;
}
