// Range, end, step and tier of one query.

import {h, icon, menu} from './dom.js';
import {stepOf} from './state.js';
import {RANGES, formatDuration, formatTime, isUtc, parseDuration, parseTime, zoneName} from './time.js';

const QUICK = ['5m', '15m', '30m', '1h', '3h', '6h', '12h', '1d', '2d', '1w', '28d', '90d', '1y'];
const STEPS = ['10s', '15s', '30s', '1m', '5m', '15m', '1h', '1d'];

/**
 * Makes the bar. What is not a duration or a time is marked as such and changes nothing.
 *
 * @param {{panel: object, change: (part: object) => void}} options change takes what is new of the panel
 */
export function makeTimebar({panel, change}) {
  const range = h('input', {class: 'range', 'aria-label': 'Range', size: 5, spellcheck: 'false', onchange: () => setRange(range.value)});
  const end = h('input', {class: 'end', 'aria-label': 'End of the range', size: 17, spellcheck: 'false', placeholder: 'now', onchange: () => setEnd(end.value)});
  const step = h('select', {class: 'step', 'aria-label': 'Step', onchange: chooseStep});
  const ownStep = h('input', {class: 'own-step', 'aria-label': 'Step of your own, such as 45s', size: 5, hidden: true, onchange: () => setStep(ownStep.value)});
  const tier = h('select', {class: 'tier', 'aria-label': 'Tier', title: 'Which of the stored resolutions answers', onchange: () => change({tier: tier.value})},
    [['', 'tier: auto'], ['raw', 'raw samples'], ['1m', 'tier 1m'], ['5m', 'tier 5m'], ['1h', 'tier 1h']].map(([value, text]) => h('option', {value}, text)));
  const zone = h('span', {class: 'zone soft'});
  const picker = menu([icon('clock'), h('span', {class: 'offscreen'}, 'Choose a range')], quick(), {class: 'icon-button', title: 'Choose a range'});
  const dom = h('div', {class: 'timebar', role: 'group', 'aria-label': 'Time'},
    h('span', {class: 'joined'}, iconButton('minus', 'Shorter range', () => stepRange(-1)), range, iconButton('plus', 'Longer range', () => stepRange(1)), picker),
    h('span', {class: 'joined'}, iconButton('left', 'Earlier', () => shift(-0.5)), end, iconButton('right', 'Later', () => shift(0.5)), iconButton('close', 'Back to now', () => change({end: null}), 'to-now')),
    h('span', {class: 'joined'}, step, ownStep), tier);

  function quick() {
    const custom = {
      from: h('input', {'aria-label': 'From', placeholder: 'YYYY-MM-DD hh:mm'}),
      to: h('input', {'aria-label': 'To', placeholder: 'now'}),
      problem: h('p', {class: 'problem', role: 'alert'}),
    };
    const apply = () => {
      const to = custom.to.value.trim() === '' || custom.to.value.trim() === 'now' ? null : parseTime(custom.to.value);
      const from = parseTime(custom.from.value);
      const until = to ?? Date.now();
      if (from === null || (to === null && custom.to.value.trim() !== '' && custom.to.value.trim() !== 'now')) {
        custom.problem.textContent = 'Write times as 2026-11-21 08:00, ISO 8601 or Unix seconds.';
      } else if (from >= until) {
        custom.problem.textContent = 'The range has to end after it begins.';
      } else {
        custom.problem.textContent = '';
        picker.close();
        change({range: until - from, end: to});
      }
    };
    const onEnter = (event) => event.key === 'Enter' && apply();
    custom.from.addEventListener('keydown', onEnter);
    custom.to.addEventListener('keydown', onEnter);
    return [
      h('div', {class: 'quick'}, QUICK.map((text) => h('button', {type: 'button', onclick: () => {
        picker.close();
        change({range: parseDuration(text), end: null});
      }}, `Last ${text}`))),
      h('div', {class: 'custom'}, h('label', {}, 'From', custom.from), h('label', {}, 'To', custom.to), zone, custom.problem, h('button', {type: 'button', class: 'primary', onclick: apply}, 'Apply')),
    ];
  }

  function iconButton(name, label, onclick, extra = '') {
    return h('button', {type: 'button', class: `icon-button ${extra}`, 'aria-label': label, title: label, onclick}, icon(name));
  }

  function mark(input, good, hint) {
    input.setCustomValidity(good ? '' : hint);
    input.setAttribute('aria-invalid', String(!good));
    if (!good) {
      input.reportValidity();
    }
    return good;
  }

  function setRange(text) {
    const millis = parseDuration(text);
    if (mark(range, millis !== null, 'A duration, such as 30m, 6h or 1w')) {
      change({range: millis});
    }
  }

  function setEnd(text) {
    const now = text.trim() === '' || text.trim() === 'now';
    const millis = now ? null : parseTime(text);
    if (mark(end, now || millis !== null, 'A time, such as 2026-11-21 08:00, or now')) {
      change({end: millis});
    }
  }

  function stepRange(direction) {
    const next = direction > 0 ? RANGES.find((one) => one > panel.range) : RANGES.findLast((one) => one < panel.range);
    if (next) {
      change({range: next});
    }
  }

  function shift(share) {
    const moved = (panel.end ?? Date.now()) + Math.round((panel.range * share) / 1000) * 1000;
    change({end: moved >= Date.now() ? null : moved});
  }

  function chooseStep() {
    if (step.value === 'own') {
      ownStep.hidden = false;
      ownStep.value = formatDuration(stepOf(panel));
      ownStep.focus();
    } else if (['low', 'medium', 'high'].includes(step.value)) {
      change({step: null, density: step.value});
    } else {
      change({step: parseDuration(step.value)});
    }
  }

  function setStep(text) {
    const millis = parseDuration(text);
    if (mark(ownStep, millis !== null, 'A duration, such as 45s')) {
      change({step: millis});
    }
  }

  /** Shows what the panel has now. */
  function refresh() {
    range.value = formatDuration(panel.range);
    end.value = panel.end === null ? '' : formatTime(panel.end);
    end.title = `End of the range, in ${zoneName()}; empty means now`;
    zone.textContent = `Times in ${isUtc() ? 'UTC' : zoneName()}`;
    dom.classList.toggle('absolute', panel.end !== null);
    tier.value = panel.tier;
    const auto = formatDuration(stepOf({...panel, step: null}));
    const own = panel.step === null ? null : formatDuration(panel.step);
    const chosen = own ?? panel.density;
    const options = [['medium', `step: auto (${auto})`], ['high', 'step: fine'], ['low', 'step: coarse'], ...STEPS.map((text) => [text, `step: ${text}`])];
    if (own && !STEPS.includes(own)) {
      options.push([own, `step: ${own}`]);
    }
    options.push(['own', 'step: other…']);
    step.replaceChildren(...options.map(([value, text]) => h('option', {value}, text)));
    step.value = chosen;
    ownStep.hidden = true;
  }

  refresh();
  return {dom, refresh};
}
