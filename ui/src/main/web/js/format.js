// Numbers and label sets as people read them.

const SCALES = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']];

/** A number for an axis or a legend: "1.25 k", "0.004", "3e-9". */
export function short(value) {
  if (!Number.isFinite(value)) {
    return special(value);
  }
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) {
    return value.toExponential(2).replace(/\.?0+e/, 'e');
  }
  const scale = SCALES.find(([from]) => size >= from);
  return scale ? trim(value / scale[0]) + ' ' + scale[1] : trim(value);
}

function trim(value) {
  return String(Number(value.toPrecision(4)));
}

function special(value) {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** "1,234,567". */
export function grouped(count) {
  return count.toLocaleString('en-US');
}

/** "12 ms", "1.3 s". */
export function seconds(value) {
  if (value < 0.001) {
    return `${Math.round(value * 1e6)} µs`;
  }
  return value < 1 ? `${Number((value * 1000).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} s`;
}

/** "1 series", "2 series", "1 target", "3 targets". */
export function counted(count, one, many = one + 's') {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** "12.5 kB". */
export function bytes(count) {
  const size = count >= 100 ? Number(count.toPrecision(3)) : count;
  return `${short(size)}B`.replace(/(\d)B$/, '$1 B');
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function isPlainName(name) {
  return NAME.test(name);
}

/** A string literal of PromQL. */
export function quoted(text) {
  return '"' + text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') + '"';
}

/** A label's name as PromQL takes it: quoted where it has more than letters. */
export function labelName(name) {
  return LABEL.test(name) ? name : quoted(name);
}

/** A label set as PromQL: `up{job="node"}`, `{"my.metric", job="node"}`. */
export function selector(labels, without = new Set()) {
  const pairs = Object.entries(labels)
    .filter(([name]) => name !== '__name__' && !without.has(name))
    .map(([name, value]) => labelName(name) + '=' + quoted(value));
  const name = without.has('__name__') ? undefined : labels.__name__;
  if (name !== undefined && !isPlainName(name)) {
    pairs.unshift(quoted(name));
    return `{${pairs.join(', ')}}`;
  }
  return (name ?? '') + (pairs.length > 0 || name === undefined ? `{${pairs.join(', ')}}` : '');
}

/** Puts labels into a template: "{{instance}} {{mode}}". */
export function templated(template, labels) {
  return template.replace(/\{\{\s*([^}\s]+)\s*\}\}/g, (_, name) => labels[name] ?? '');
}

/** The labels that all of these sets share, with their values. */
export function shared(sets) {
  if (sets.length < 2) {
    return {};
  }
  const common = {...sets[0]};
  for (const labels of sets) {
    for (const name of Object.keys(common)) {
      if (labels[name] !== common[name]) {
        delete common[name];
      }
    }
  }
  return common;
}
