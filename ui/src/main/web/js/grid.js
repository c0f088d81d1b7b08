// Results of range queries as columns over one grid of times, which is what drawing needs.

/** A sample's value as a number; the API writes "+Inf", "-Inf" and "NaN". */
export function number(text) {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}

/**
 * Lays out a matrix: {times, series: [{index, labels, values, last, min, max, mean}], histograms: [{index, labels, points}]}.
 * A step without a sample holds NaN, so that lines break there.
 */
export function gridOf(matrix, {start, end, step}) {
  const size = Math.floor((end - start) / step) + 1;
  const times = Float64Array.from({length: size}, (_, i) => start + i * step);
  const series = [];
  const histograms = [];
  matrix.forEach(({metric, values, histograms: buckets}, index) => {
    if (values?.length > 0) {
      series.push({index, labels: metric, ...column(values, size, start, step)});
    }
    if (buckets?.length > 0) {
      histograms.push({index, labels: metric, points: buckets.map(([time, histogram]) => ({time: time * 1000, ...histogramOf(histogram)}))});
    }
  });
  return {times, step, series, histograms};
}

function column(samples, size, start, step) {
  const values = new Float64Array(size).fill(NaN);
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  let last = NaN;
  for (const [time, text] of samples) {
    const value = number(text);
    const at = Math.round((time * 1000 - start) / step);
    if (at >= 0 && at < size) {
      values[at] = value;
      last = value;
    }
    if (!Number.isNaN(value)) {
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
      count++;
    }
  }
  return {values, last, min: count ? min : NaN, max: count ? max : NaN, mean: count ? sum / count : NaN};
}

/** A native histogram as numbers: count, sum, and buckets {lower, upper, count, open: '(]'…} in order. */
export function histogramOf({count, sum, buckets}) {
  return {
    count: number(count),
    sum: number(sum),
    buckets: (buckets ?? []).map(([bounds, lower, upper, inside]) => ({
      lower: number(lower),
      upper: number(upper),
      count: number(inside),
      left: bounds === 1 || bounds === 3 ? '[' : '(',
      right: bounds === 0 || bounds === 3 ? ']' : ')',
    })),
  };
}

/** A heat map of a histogram over time: its rows' bounds in order, its cells {time, from, to, bucket, point}. */
export function heatOf({points}) {
  const bounds = [...new Set(points.flatMap(({buckets}) => buckets.flatMap(({lower, upper}) => [lower, upper])))].sort((a, b) => a - b);
  const row = new Map(bounds.map((bound, i) => [bound, i]));
  const cells = points.flatMap((point) =>
    point.buckets.map((bucket) => {
      const [from, to] = [row.get(bucket.lower), row.get(bucket.upper)];
      return {time: point.time, from, to, bucket, point, density: bucket.count / Math.max(1, to - from)};
    }));
  return {bounds, cells, most: cells.reduce((most, cell) => Math.max(most, cell.density), 0)};
}
