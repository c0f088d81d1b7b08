// Durations and times as PromQL, Prometheus' links and people write them.

const UNITS = [['y', 31_536_000_000], ['w', 604_800_000], ['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000], ['ms', 1]];
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Milliseconds of "1h30m" or of plain seconds such as "15" and "0.5"; null where it is neither. */
export function parseDuration(text) {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    return Math.round(Number(trimmed) * 1000) || null;
  }
  const parts = DURATION.exec(trimmed);
  if (!trimmed || !parts) {
    return null;
  }
  return UNITS.reduce((sum, [, millis], i) => sum + (parts[i + 1] ? Number(parts[i + 1]) * millis : 0), 0) || null;
}

/** The reverse: 5400000 is "1h30m". */
export function formatDuration(millis) {
  let rest = Math.round(millis);
  let text = '';
  // Weeks and years only where nothing is left over: "1d" reads better than "0w1d", "90d" better than "12w6d".
  for (const [unit, size] of UNITS) {
    if (size > 86_400_000 && rest % size !== 0) {
      continue;
    }
    if (rest >= size) {
      text += Math.floor(rest / size) + unit;
      rest %= size;
    }
  }
  return text || '0s';
}

/** The ranges that the − and + buttons step through. */
export const RANGES = ['1m', '5m', '15m', '30m', '1h', '2h', '6h', '12h', '1d', '2d', '1w', '2w', '28d', '90d', '1y', '2y'].map(parseDuration);

let zone = localStorage.getItem('vedette.zone') === 'utc' ? 'utc' : 'local';
const watchers = new Set();

export function isUtc() {
  return zone === 'utc';
}

export function setUtc(utc) {
  zone = utc ? 'utc' : 'local';
  localStorage.setItem('vedette.zone', zone);
  watchers.forEach((watcher) => watcher());
}

/** Calls back whenever times are to be shown in the other zone; returns what ends that. */
export function onZone(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** "UTC", or the zone of this browser. */
export function zoneName() {
  return isUtc() ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const pad = (number, digits = 2) => String(number).padStart(digits, '0');

function fields(millis, utc) {
  const d = new Date(millis);
  return utc
    ? [d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate(), d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds()]
    : [d.getFullYear(), d.getMonth() + 1, d.getDate(), d.getHours(), d.getMinutes(), d.getSeconds()];
}

/** "2026-11-21 08:00:00" in the chosen zone, with milliseconds where there are any. */
export function formatTime(millis, utc = isUtc()) {
  const [year, month, day, hour, minute, second] = fields(millis, utc);
  const fraction = millis % 1000 === 0 ? '' : '.' + pad(((millis % 1000) + 1000) % 1000, 3);
  return `${year}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}${fraction}`;
}

/** A label of a time axis: the date where a day begins, seconds only where they matter. */
export function formatTick(millis, rangeMillis) {
  const [year, month, day, hour, minute, second] = fields(millis, isUtc());
  if (rangeMillis > 300 * 86_400_000) {
    return `${year}-${pad(month)}`;
  }
  if (rangeMillis > 8 * 86_400_000 || (hour === 0 && minute === 0 && second === 0)) {
    return `${pad(month)}-${pad(day)}`;
  }
  return rangeMillis <= 10 * 60_000 ? `${pad(hour)}:${pad(minute)}:${pad(second)}` : `${pad(hour)}:${pad(minute)}`;
}

/** Milliseconds of "2026-11-21 08:00", ISO 8601 or Unix seconds; null where it is none of them. */
export function parseTime(text, utc = isUtc()) {
  const trimmed = text.trim();
  if (/^\d{9,11}(\.\d+)?$/.test(trimmed)) {
    return Math.round(Number(trimmed) * 1000);
  }
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(trimmed);
  if (!parts) {
    return null;
  }
  if (parts[8]) {
    const millis = Date.parse(trimmed.replace(' ', 'T'));
    return Number.isNaN(millis) ? null : millis;
  }
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const fraction = Number((parts[7] ?? '0').padEnd(3, '0'));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) {
    return null;
  }
  return utc
    ? Date.UTC(year, month - 1, day, hour, minute, second, fraction)
    : new Date(year, month - 1, day, hour, minute, second, fraction).getTime();
}

/** "3 s ago", "2 min ago". */
export function ago(millis, now = Date.now()) {
  const seconds = Math.max(0, (now - millis) / 1000);
  if (seconds < 60) {
    return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s ago`;
  }
  if (seconds < 3600) {
    return `${Math.round(seconds / 60)} min ago`;
  }
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} d ago`;
}
