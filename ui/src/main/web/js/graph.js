// A graph: lines, stacked areas or a histogram's heat map, with a cursor that tells values and a drag that zooms.

import {colourOf, dashOf, heatColour, themed} from './colours.js';
import {h} from './dom.js';
import {makeMarks} from './exemplars.js';
import {grouped, short} from './format.js';
import {heatOf} from './grid.js';
import {formatTick, formatTime, isUtc} from './time.js';

const MARGIN = {left: 64, right: 14, top: 12, bottom: 26};
const MOST_IN_TIP = 12;
const LEAST_DRAG = 6;

// A megabyte, so only once a graph is wanted.
let library;
const echarts = () => (library ??= import('echarts'));

/** Loads the library ahead of the first answer. */
export function preloadGraph() {
  void echarts();
}

/**
 * Makes a graph.
 *
 * @param {{onZoom: (start: number, end: number) => void, onPan: (factor: number) => void,
 *   onWiden: (factor: number) => void, onHover: (time: ?number) => void, nameOf: (labels: object) => string}} options
 */
export function makeGraph(options) {
  return new Graph(options);
}

class Graph {
  constructor(options) {
    this.options = options;
    this.canvas = h('div', {class: 'graph-canvas'});
    this.line = h('div', {class: 'graph-line', hidden: true});
    this.dot = h('div', {class: 'graph-dot', hidden: true});
    this.box = h('div', {class: 'graph-box', hidden: true});
    this.tip = h('div', {class: 'graph-tip', hidden: true});
    this.dom = h('div', {class: 'graph', tabindex: '0', role: 'img'}, this.canvas, this.box, this.line, this.dot, this.tip);
    this.marks = null;
    this.hidden = new Set();
    this.emphasised = null;
    this.resizes = new ResizeObserver(() => this.resized());
    this.listen();
  }

  /** Draws a grid over its window; kind is lines, stacked or heatmap. */
  async show(grid, window, kind, heated = 0) {
    this.grid = grid;
    this.window = window;
    this.kind = kind;
    this.heat = kind === 'heatmap' && grid.histograms[heated] ? heatOf(grid.histograms[heated]) : null;
    this.hidden.clear();
    const {init} = await echarts();
    if (this.ended) {
      return;
    }
    if (!this.chart) {
      this.chart = init(this.canvas, null, {renderer: 'canvas'});
      this.resizes.observe(this.canvas);
    }
    this.draw();
  }

  /** Shows or hides lines by their index in the result. */
  hide(indices) {
    this.hidden = new Set(indices);
    this.draw();
  }

  /** Draws one line strongly and the others faintly; null draws all alike. */
  emphasise(index) {
    if (this.emphasised !== index) {
      this.emphasised = index;
      this.draw();
    }
  }

  /** Puts exemplars over what is drawn; none takes them away. */
  mark(exemplars) {
    if (exemplars.length === 0) {
      this.marks?.destroy();
      this.marks = null;
      return;
    }
    if (!this.marks) {
      this.marks = makeMarks(this);
      this.dom.append(this.marks.layer, this.marks.card);
    }
    this.marks.show(exemplars);
  }

  draw() {
    if (!this.chart) {
      return;
    }
    this.visible = this.grid.series.filter(({index}) => !this.hidden.has(index));
    this.tops = this.kind === 'stacked' ? stackedTops(this.visible, this.grid.times.length) : null;
    this.chart.setOption(this.heat ? this.heatOption() : this.lineOption(), {notMerge: true});
    this.dom.setAttribute('aria-label', this.describe());
    this.marks?.place();
    this.dom.dataset.drawn = this.heat ? `${this.heat.cells.length} cells` : `${this.visible.length} lines`;
  }

  describe() {
    const {start, end} = this.window;
    const what = this.heat ? 'Heat map of a histogram' : `Graph of ${grouped(this.visible.length)} series`;
    return `${what} from ${formatTime(start)} to ${formatTime(end)}. Left and right arrow keys move the cursor, plus and minus zoom.`;
  }

  axes(y) {
    const line = {lineStyle: {color: themed('--line')}};
    const label = {color: themed('--text-soft'), fontSize: 11, fontFamily: 'system-ui, sans-serif', hideOverlap: true};
    const {start, end} = this.window;
    return {
      animation: false,
      useUTC: isUtc(),
      grid: MARGIN,
      xAxis: {
        type: 'time',
        min: start,
        max: end,
        axisLine: line,
        axisTick: line,
        splitLine: {show: false},
        splitNumber: Math.max(3, Math.floor(this.canvas.clientWidth / 130)),
        axisLabel: {...label, formatter: (millis) => formatTick(millis, end - start), showMinLabel: false, showMaxLabel: false},
      },
      yAxis: {
        type: 'value',
        axisLine: {show: false},
        axisTick: {show: false},
        splitNumber: 5,
        splitLine: {lineStyle: {color: themed('--line-soft')}},
        ...y,
        axisLabel: {...label, formatter: short, ...y.axisLabel},
      },
    };
  }

  lineOption() {
    const stacked = this.kind === 'stacked';
    const many = this.visible.length > 60;
    return {
      ...this.axes({scale: !stacked}),
      series: this.visible.map((series) => {
        const colour = colourOf(series.index);
        const faint = this.emphasised !== null && this.emphasised !== series.index;
        const alone = hasLonePoint(series.values);
        return {
          type: 'line',
          silent: true,
          data: points(this.grid.times, series.values, stacked),
          stack: stacked ? 'all' : undefined,
          // A sample with gaps on both sides has no line: it is drawn as a dot.
          showSymbol: alone,
          symbol: alone ? 'circle' : 'none',
          symbolSize: alone ? (_, {dataIndex}) => (isLone(series.values, dataIndex) ? 4 : 0) : 0,
          itemStyle: {color: colour, opacity: faint ? 0.15 : 1},
          lineStyle: {color: colour, width: faint || many ? 1 : 1.6, type: stacked ? 'solid' : dashOf(series.index), opacity: faint ? 0.15 : 1},
          areaStyle: stacked ? {color: colour, opacity: faint ? 0.08 : 0.45} : undefined,
          z: this.emphasised === series.index ? 5 : 2,
        };
      }),
    };
  }

  heatOption() {
    const {bounds, cells, most} = this.heat;
    const half = this.grid.step / 2;
    return {
      ...this.axes({
        min: 0,
        max: Math.max(1, bounds.length - 1),
        minInterval: 1,
        axisLabel: {formatter: (row) => (Number.isInteger(row) && row < bounds.length ? short(bounds[row]) : '')},
      }),
      series: [
        {
          type: 'custom',
          silent: true,
          clip: true,
          data: cells.map(({time, from, to}) => [time, from, to]),
          encode: {x: 0, y: [1, 2]},
          renderItem: (_, api) => {
            const [left, bottom] = api.coord([api.value(0) - half, api.value(1)]);
            const [right, top] = api.coord([api.value(0) + half, api.value(2)]);
            const {density} = cells[_.dataIndex];
            return {
              type: 'rect',
              shape: {x: left, y: top, width: Math.max(1, right - left + 0.5), height: Math.max(1, bottom - top)},
              style: {fill: heatColour(Math.log1p(density) / Math.log1p(most))},
            };
          },
        },
      ],
    };
  }

  // Cursor, drag and keys.

  listen() {
    this.dom.addEventListener('pointermove', (event) => this.moved(event));
    this.dom.addEventListener('pointerleave', () => this.drag ?? this.leave());
    this.dom.addEventListener('pointerdown', (event) => this.pressed(event));
    this.dom.addEventListener('pointerup', (event) => this.released(event));
    this.dom.addEventListener('pointercancel', () => this.endDrag());
    this.dom.addEventListener('dblclick', () => this.options.onWiden(2));
    this.dom.addEventListener('keydown', (event) => this.key(event));
    this.dom.addEventListener('blur', () => this.leave());
  }

  area() {
    const {clientWidth, clientHeight} = this.canvas;
    return {left: MARGIN.left, right: clientWidth - MARGIN.right, top: MARGIN.top, bottom: clientHeight - MARGIN.bottom};
  }

  timeAt(x) {
    const {left, right} = this.area();
    const {start, end} = this.window;
    return start + ((x - left) / Math.max(1, right - left)) * (end - start);
  }

  xOf(time) {
    const {left, right} = this.area();
    const {start, end} = this.window;
    return left + ((time - start) / Math.max(1, end - start)) * (right - left);
  }

  stepAt(time) {
    const {times, step} = this.grid;
    return Math.min(times.length - 1, Math.max(0, Math.round((time - times[0]) / step)));
  }

  place(event) {
    const frame = this.dom.getBoundingClientRect();
    return {x: event.clientX - frame.left, y: event.clientY - frame.top};
  }

  moved(event) {
    if (!this.chart) {
      return;
    }
    const {x, y} = this.place(event);
    const {left, right, top, bottom} = this.area();
    if (this.drag) {
      this.dragTo(Math.min(right, Math.max(left, x)));
    } else if (x < left || x > right || y < top || y > bottom) {
      this.leave();
    } else {
      this.pointAt(this.stepAt(this.timeAt(x)), y);
    }
  }

  pressed(event) {
    const {x} = this.place(event);
    const {left, right} = this.area();
    if (event.button === 0 && x >= left && x <= right && this.chart) {
      this.drag = {from: x, to: x};
      this.dom.setPointerCapture(event.pointerId);
    }
  }

  dragTo(x) {
    this.drag.to = x;
    const {top, bottom} = this.area();
    this.box.hidden = Math.abs(x - this.drag.from) < LEAST_DRAG;
    place(this.box, {left: Math.min(x, this.drag.from), top, width: Math.abs(x - this.drag.from), height: bottom - top});
    this.leave();
  }

  released() {
    if (this.drag && !this.box.hidden) {
      const times = [this.timeAt(this.drag.from), this.timeAt(this.drag.to)].sort((a, b) => a - b);
      this.options.onZoom(Math.floor(times[0] / 1000) * 1000, Math.ceil(times[1] / 1000) * 1000);
    }
    this.endDrag();
  }

  endDrag() {
    this.drag = null;
    this.box.hidden = true;
  }

  key(event) {
    if (!this.chart) {
      return;
    }
    const move = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (move && event.shiftKey) {
      this.options.onPan(move / 2);
    } else if (move) {
      const last = this.grid.times.length - 1;
      const at = this.at === undefined ? (move > 0 ? 0 : last) : Math.min(last, Math.max(0, this.at + move));
      this.pointAt(at, null);
    } else if (event.key === '+' || event.key === '=') {
      this.options.onWiden(0.5);
    } else if (event.key === '-') {
      this.options.onWiden(2);
    } else if (event.key === 'Escape') {
      this.leave();
      this.endDrag();
      return;
    } else {
      return;
    }
    event.preventDefault();
  }

  leave() {
    this.line.hidden = true;
    this.dot.hidden = true;
    this.tip.hidden = true;
    if (this.at !== undefined) {
      this.at = undefined;
      this.options.onHover(null);
    }
  }

  /** Shows the cursor's line where another graph has its own. */
  follow(time) {
    const shown = time !== null && this.chart && time >= this.window.start && time <= this.window.end;
    this.line.hidden = !shown;
    if (shown) {
      this.line.style.left = `${this.xOf(time)}px`;
    }
  }

  pointAt(step, y) {
    this.at = step;
    const time = this.grid.times[step];
    const x = this.xOf(time);
    this.line.hidden = false;
    this.line.style.left = `${x}px`;
    this.options.onHover(time);
    this.tip.replaceChildren(h('div', {class: 'tip-time'}, formatTime(time), isUtc() ? ' UTC' : ''));
    if (this.heat) {
      this.tellCell(time, y);
    } else {
      this.tellValues(step, y, x);
    }
    this.placeTip(x, y);
  }

  tellValues(step, y, x) {
    const rows = this.visible
      .map((series, i) => ({series, value: series.values[step], height: this.heightOf(this.tops ? this.tops[i][step] : series.values[step])}))
      .filter(({value}) => !Number.isNaN(value));
    const nearest = y === null ? null : rows.reduce((best, row) => (!best || Math.abs(row.height - y) < Math.abs(best.height - y) ? row : best), null);
    this.dot.hidden = nearest === null || !Number.isFinite(nearest.height);
    if (!this.dot.hidden) {
      this.dot.style.left = `${x}px`;
      this.dot.style.top = `${nearest.height}px`;
      this.dot.style.borderColor = colourOf(nearest.series.index);
    }
    const near = nearest && rows.length > MOST_IN_TIP
      ? [...rows].sort((a, b) => Math.abs(a.height - y) - Math.abs(b.height - y)).slice(0, MOST_IN_TIP)
      : rows;
    const shown = near.sort((a, b) => b.value - a.value).slice(0, MOST_IN_TIP);
    this.tip.append(...shown.map((row) => this.tipRow(row, row === nearest)));
    if (rows.length > shown.length) {
      this.tip.append(h('div', {class: 'tip-more'}, `and ${grouped(rows.length - shown.length)} more`));
    } else if (rows.length === 0) {
      this.tip.append(h('div', {class: 'tip-more'}, 'no samples here'));
    }
  }

  tipRow({series, value}, strong) {
    const swatch = h('span', {class: 'swatch'});
    swatch.style.backgroundColor = colourOf(series.index);
    return h('div', {class: strong ? 'tip-row strong' : 'tip-row'}, swatch, h('span', {class: 'tip-name'}, this.options.nameOf(series.labels)), h('span', {class: 'tip-value'}, short(value)));
  }

  tellCell(time, y) {
    this.dot.hidden = true;
    const point = this.heat.cells.find((cell) => Math.abs(cell.time - time) <= this.grid.step / 2)?.point;
    if (!point) {
      this.tip.append(h('div', {class: 'tip-more'}, 'no histogram here'));
      return;
    }
    const row = (label, value) => h('div', {class: 'tip-row'}, h('span', {class: 'tip-name'}, label), h('span', {class: 'tip-value'}, value));
    this.tip.append(row('observations', short(point.count)), row('mean', short(point.sum / point.count)));
    if (y !== null) {
      const {top, bottom} = this.area();
      const at = ((bottom - y) / (bottom - top)) * Math.max(1, this.heat.bounds.length - 1);
      const cell = this.heat.cells.find((one) => one.point === point && one.from <= at && at < one.to);
      if (cell) {
        const {left, lower, upper, right, count} = cell.bucket;
        this.tip.append(h('div', {class: 'tip-row strong'}, h('span', {class: 'tip-name'}, `${left}${short(lower)}, ${short(upper)}${right}`), h('span', {class: 'tip-value'}, short(count))));
      }
    }
  }

  heightOf(value) {
    return Number.isFinite(value) ? this.chart.convertToPixel({yAxisIndex: 0}, value) : NaN;
  }

  /** Where a value is from the top; in a heat map between the bounds of its bucket. */
  yOf(value) {
    if (!this.heat) {
      return this.heightOf(value);
    }
    const {bounds} = this.heat;
    const above = bounds.findIndex((bound) => bound >= value);
    const row = above < 0 ? bounds.length : above === 0 ? -1 : above - 1 + (value - bounds[above - 1]) / (bounds[above] - bounds[above - 1]);
    return this.heightOf(row);
  }

  placeTip(x, y) {
    this.tip.hidden = false;
    const {width, height} = this.tip.getBoundingClientRect();
    const room = this.dom.clientWidth;
    const left = x + 16 + width > room ? Math.max(4, x - width - 16) : x + 16;
    const top = Math.min(Math.max(0, (y ?? 40) - height / 2), Math.max(0, this.dom.clientHeight - height));
    place(this.tip, {left, top});
  }

  resized() {
    if (this.canvas.clientWidth > 0) {
      this.chart.resize();
      this.marks?.place();
    }
  }

  destroy() {
    this.ended = true;
    this.resizes.disconnect();
    this.marks?.destroy();
    this.chart?.dispose();
  }
}

function place(element, box) {
  for (const [side, pixels] of Object.entries(box)) {
    element.style[side] = `${pixels}px`;
  }
}

function points(times, values, stacked) {
  return Array.from(times, (time, i) => [time, Number.isFinite(values[i]) ? values[i] : stacked ? 0 : null]);
}

function isLone(values, i) {
  return Number.isFinite(values[i]) && !Number.isFinite(values[i - 1]) && !Number.isFinite(values[i + 1]);
}

function hasLonePoint(values) {
  return values.some((_, i) => isLone(values, i));
}

function stackedTops(series, size) {
  const sums = new Float64Array(size);
  return series.map(({values}) => {
    for (let i = 0; i < size; i++) {
      sums[i] += Number.isFinite(values[i]) ? values[i] : 0;
    }
    return sums.slice();
  });
}
