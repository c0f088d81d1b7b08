// The plan of a query as a tree: what each part took, read and gave, the costliest marked.

import {h} from './dom.js';
import {bytes, counted, grouped, seconds, short} from './format.js';
import {formatDuration, formatTime} from './time.js';

const PUSHED = {
  matchers: 'The storage chose the series',
  time: 'The storage cut the samples to the time asked for',
  buckets: 'The storage answered from buckets of a tier',
};

/** Draws the plan that explain=1 gives. */
export function makePlan(plan) {
  const parts = everyPart(plan);
  const whole = Math.max(plan.seconds, 1e-9);
  const costliest = parts.length > 1 ? parts.reduce((most, part) => (part.ownSeconds > most.ownSeconds ? part : most)) : null;
  const reads = parts.flatMap((part) => part.reads);
  const sum = (name) => reads.reduce((total, read) => total + read[name], 0);
  const fold = (open) => root.querySelectorAll('details').forEach((part) => (part.open = open));
  const root = h('div', {class: 'plan'},
    h('div', {class: 'plan-head'},
      h('div', {class: 'plan-totals'},
        total('time', seconds(plan.seconds)), total('selectors', grouped(reads.length)), total('series read', grouped(sum('series'))),
        total('samples read', short(sum('samples'))), total('bytes read', bytes(sum('bytes'))),
        plan.cached ? total('steps known before', grouped(plan.cached.reduce((steps, one) => steps + one.steps, 0)), knownView(plan.cached)) : null),
      h('div', {class: 'plan-tools'},
        h('button', {type: 'button', class: 'quiet', onclick: () => fold(true)}, 'Open all'),
        h('button', {type: 'button', class: 'quiet', onclick: () => fold(false)}, 'Close all'))),
    partView(plan, {whole, costliest}));
  return root;
}

function everyPart(part) {
  return [part, ...part.parts.flatMap(everyPart)];
}

// A query that does not ask for its plan is spared what is known.
function knownView(cached) {
  return cached.map((one) => `${formatTime(one.start * 1000)} to ${formatTime(one.end * 1000)}: ${counted(one.steps, 'step')} from the cache`).join('\n');
}

function total(name, value, title) {
  return h('div', {class: 'plan-total', title}, h('span', {class: 'plan-figure'}, value), h('span', {class: 'soft'}, name));
}

// A part opens and closes as any <details>: by click, Enter and Space.
function partView(part, context) {
  const inner = [...part.reads.map(readView), ...part.parts.map((one) => partView(one, context))];
  const line = partLine(part, context);
  const classes = part === context.costliest ? 'plan-part costliest' : 'plan-part';
  return inner.length === 0
    ? h('div', {class: classes}, h('div', {class: 'plan-line leaf'}, line))
    : h('details', {class: classes, open: true}, h('summary', {class: 'plan-line'}, line), h('div', {class: 'plan-inner'}, inner));
}

function partLine(part, {whole, costliest}) {
  const share = Math.min(1, part.ownSeconds / whole);
  return [
    h('span', {class: 'plan-kind'}, part.kind),
    h('code', {class: 'plan-expression', title: part.expression}, part.expression),
    h('span', {class: 'plan-gave', title: 'What this part gave'}, `${counted(part.series, 'series', 'series')} × ${counted(part.steps, 'step')}`),
    h('span', {class: 'plan-time', title: `${seconds(part.seconds)} with what is below it`},
      part === costliest ? h('span', {class: 'plan-mark'}, 'most time') : null,
      h('meter', {min: 0, max: 1, value: share, 'aria-hidden': 'true'}),
      h('span', {class: 'number'}, seconds(part.ownSeconds))),
  ];
}

function readView(read) {
  const expected = read.estimatedSeries;
  const fact = (name, value, title) => h('span', {class: 'plan-fact', title}, value, ' ', h('span', {class: 'soft'}, name));
  return h('div', {class: 'plan-read'},
    h('div', {class: 'plan-source'}, h('span', {class: 'plan-kind read'}, 'reads'), h('code', {class: 'plan-expression', title: read.selector}, read.selector),
      h('span', {class: `plan-tier ${read.tier === 'raw' ? '' : 'bucketed'}`}, read.tier === 'raw' ? 'raw samples' : `tier ${read.tier}`),
      read.pushedDown.map((what) => h('span', {class: 'plan-pushed', title: PUSHED[what] ?? 'Done by the storage'}, `↓ ${what}`))),
    h('div', {class: 'plan-facts'},
      fact('series', grouped(read.series), 'Series that were read'),
      expected === undefined ? null : fact('expected', `≈ ${grouped(expected)}`, 'Series that the index let expect: the most that memory or a block has of the time'),
      fact('samples', grouped(read.samples)), fact('', bytes(read.bytes)), fact('in the storage', seconds(read.seconds)),
      fact('', `${formatTime(read.start * 1000)} to ${formatTime(read.end * 1000)} (${formatDuration(Math.round(read.end - read.start) * 1000)})`, 'Time that was read')));
}
