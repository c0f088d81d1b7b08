// Colours of series. Eight hues that stay apart with any colour vision (after Okabe and Ito), one set for each theme;
// beyond eight series the dashes change, so that colour is never the only difference.

const LIGHT = ['#0068b3', '#c94f00', '#00805c', '#a8437f', '#9a6f00', '#2489c5', '#6a4fb3', '#5f6670'];
const DARK = ['#4fa8f5', '#ff8f4d', '#2fcb9c', '#f08cc4', '#f0c244', '#8ad4ff', '#b9a2ff', '#aab2bd'];
const DASHES = ['solid', [7, 3], [2, 2], [8, 3, 2, 3]];

// From dark to bright in even steps of lightness, readable without hue (after cividis).
const HEAT = [[0, 32, 77], [43, 68, 110], [87, 93, 109], [124, 123, 120], [166, 157, 117], [211, 193, 100], [255, 233, 69]];

export function isDark() {
  return document.documentElement.dataset.theme === 'dark';
}

export function colourOf(index) {
  const set = isDark() ? DARK : LIGHT;
  return set[index % set.length];
}

export function dashOf(index) {
  return DASHES[Math.floor(index / LIGHT.length) % DASHES.length];
}

/** The colour of a share between 0 and 1; in the light theme more is darker, in the dark one brighter. */
export function heatColour(share) {
  const at = (isDark() ? share : 1 - share) * (HEAT.length - 1);
  const low = Math.min(Math.floor(at), HEAT.length - 2);
  const mixed = HEAT[low].map((from, i) => Math.round(from + (HEAT[low + 1][i] - from) * (at - low)));
  return `rgb(${mixed.join(',')})`;
}

/** A colour of the style sheet, for what is drawn on canvas. */
export function themed(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
