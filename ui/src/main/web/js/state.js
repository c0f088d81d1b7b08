// What the page shows, as its address has it. Names and values are those of Prometheus' own links, those of its
// second version included, so that links in alerts and notes open here; ours besides are tier and legend.

import {tenant} from './api.js';
import {formatDuration, formatTime, parseDuration, parseTime} from './time.js';

const DEFAULT_RANGE = 3_600_000;
const POINTS = {low: 100, medium: 250, high: 750};
const MOST_POINTS = 11_000;

/** A query as it is when the page is first opened. */
export function freshPanel(expr = '') {
  return {
    expr,
    tab: 'graph',
    range: DEFAULT_RANGE,
    end: null, // null: now
    density: 'medium', // or a step of its own
    step: null,
    display: 'lines',
    tier: '',
    legend: '',
    exemplars: false,
  };
}

/** Reads the panels of an address; one empty panel where it has none. */
export function parsePanels(search) {
  const found = new Map();
  for (const [key, value] of new URLSearchParams(search)) {
    const match = /^g(\d{1,3})\.(\w+)$/.exec(key);
    if (match) {
      const index = Number(match[1]);
      found.set(index, {...found.get(index), [match[2]]: value});
    }
  }
  const panels = [...found.keys()].sort((a, b) => a - b).map((index) => panelOf(found.get(index)));
  return panels.length > 0 ? panels : [freshPanel()];
}

function panelOf(raw) {
  const panel = freshPanel(raw.expr ?? '');
  // Of the second version: 0 is the graph, 1 the table, which was what showed unless a link said otherwise.
  panel.tab = {0: 'graph', 1: 'table', graph: 'graph', table: 'table', explain: 'explain'}[raw.tab] ?? 'graph';
  panel.range = parseDuration(raw.range_input ?? '') ?? DEFAULT_RANGE;
  panel.end = parseTime(raw.end_input ?? '', true) ?? parseTime(raw.moment_input ?? '', true);
  const step = parseDuration(raw.res_type === 'auto' ? '' : raw.res_step ?? raw.step_input ?? '');
  panel.step = step;
  panel.density = POINTS[raw.res_density] ? raw.res_density : 'medium';
  panel.display = ['lines', 'stacked', 'heatmap'].includes(raw.display_mode) ? raw.display_mode : raw.stacked === '1' ? 'stacked' : 'lines';
  panel.tier = ['raw', '1m', '5m', '1h'].includes(raw.tier) ? raw.tier : '';
  panel.legend = raw.legend ?? '';
  panel.exemplars = raw.show_exemplars === '1';
  return panel;
}

/** Writes the address of panels; what is as by default is left out, but for what old links have always had. */
export function formatPanels(panels) {
  const out = new URLSearchParams();
  panels.forEach((panel, index) => {
    const put = (key, value) => out.append(`g${index}.${key}`, value);
    put('expr', panel.expr);
    put('tab', panel.tab);
    put('range_input', formatDuration(panel.range));
    if (panel.end !== null) {
      const end = formatTime(panel.end, true);
      put('end_input', end);
      put('moment_input', end);
    }
    if (panel.step !== null) {
      put('res_type', 'custom');
      put('res_step', String(panel.step / 1000));
    } else if (panel.density !== 'medium') {
      put('res_type', 'auto');
      put('res_density', panel.density);
    }
    if (panel.display !== 'lines') {
      put('display_mode', panel.display);
    }
    if (panel.tier) {
      put('tier', panel.tier);
    }
    if (panel.exemplars) {
      put('show_exemplars', '1');
    }
    if (panel.legend) {
      put('legend', panel.legend);
    }
  });
  return '?' + out.toString().replaceAll('%3A', ':');
}

/** The step a panel asks with, in milliseconds: as many points as its density wants, in whole seconds. */
export function stepOf(panel) {
  if (panel.step !== null) {
    return panel.step;
  }
  return Math.max(1000, Math.floor(panel.range / POINTS[panel.density] / 1000) * 1000);
}

/**
 * Start, end and step of a range query, or what is wrong with them. Both ends are multiples of the step: lines do not jump about from one
 * refresh to the next, the server's kept results answer what was drawn before, and it has no reason to move the times. All of a fixed
 * range is in it, but for what is newer than the last step.
 */
export function windowOf(panel, now) {
  const step = stepOf(panel);
  const down = (time) => Math.floor(time / step) * step;
  const last = panel.end ?? down(now);
  const end = last > down(now) ? down(last) : Math.ceil(last / step) * step;
  if (panel.range / step > MOST_POINTS) {
    return {
      problem: `${formatDuration(panel.range)} in steps of ${formatDuration(step)} are more than ${MOST_POINTS.toLocaleString('en-US')} points a series; choose a longer step or a shorter range.`,
    };
  }
  // A multiple at both ends may be a step more than there may be.
  const start = Math.max(down(last - panel.range), end - MOST_POINTS * step);
  // No step is in a short range between two of them, or in what is newer than the last one: then it has the time that was chosen.
  return start < end ? {start, end, step} : {start: last - panel.range, end: last, step};
}

/** Expressions that were run in this browser for the tenant shown, the newest first. */
export const history = {
  most: 50,
  mostOfAll: 200,
  all() {
    return this.kept().filter((one) => one.tenant === tenant()).map((one) => one.expr).slice(0, this.most);
  },
  add(expr) {
    if (expr.trim()) {
      const others = this.kept().filter((one) => one.tenant !== tenant() || one.expr !== expr);
      const kept = [{tenant: tenant(), expr}, ...others].slice(0, this.mostOfAll);
      localStorage.setItem('vedette.history', JSON.stringify(kept));
    }
  },
  kept() {
    try {
      return JSON.parse(localStorage.getItem('vedette.history') ?? '[]');
    } catch {
      return [];
    }
  },
};
